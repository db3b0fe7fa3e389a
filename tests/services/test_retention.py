"""What a round leaves behind is destroyed when its clocks run out, not before, and nothing of it stays in the file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import URL, Engine, create_engine, func, select, text

from pb.core.actors import SYSTEM, Role
from pb.core.errors import NotAllowed, Refusal
from pb.core.reconciliation import imbalances
from pb.core.states import RoundState
from pb.extensions import Base, db, present
from pb.models.ballots import Project
from pb.models.codes import Code
from pb.models.decisions import HelpOffer
from pb.models.envelopes import Envelope, Receipt
from pb.models.publications import Publication
from pb.models.questions import Question
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.ledger import events_of_round, first_break
from pb.services.questions import ask_question
from pb.services.reconciliation import numbers_of
from pb.services.retention import (
    TOUCHED,
    box_part,
    destroy_box,
    destroy_names,
    names_part,
    write_anew,
    writing_anew_is_owed,
)
from pb.services.rights import Claim
from pb.services.round_keys import key_file
from pb.services.rounds import find_round
from pb.services.support import offer_help
from tests.conftest import TurningClock
from tests.deciding import a_published_round
from tests.factories import an_open_round, cancel_vote, someone
from tests.voters import SAM, a_paper, a_voting_round

pytestmark = pytest.mark.usefixtures("app")


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def the_round(clock: TurningClock) -> Round:
    """A released round of five ballots; the clock stands at its release."""
    return a_published_round()


def released_at(the_round: Round) -> object:
    return db.session.scalar(select(func.max(Publication.released_at)).where(Publication.round_id == the_round.id))


def test_until_the_28th_day_nothing_is_destroyed(the_round: Round, clock: TurningClock) -> None:
    clock.turn(days=27, hours=23)
    for deed in (destroy_box, destroy_names):
        with pytest.raises(Refusal) as refused:
            deed(the_round.id, by=SYSTEM)
        assert refused.value.code == "too_early"
    assert count(Envelope) == 5


def test_after_28_days_envelopes_codes_and_keys_are_gone_and_the_account_still_stands(
    the_round: Round, clock: TurningClock
) -> None:
    before = numbers_of(the_round)
    assert key_file(the_round.id).exists()
    clock.turn(days=28)
    part = destroy_box(the_round.id, by=SYSTEM)
    assert part.counts == {"envelopes": 5, "keyings": 0, "codes": 5, "wrapped_keys": 0, "holder_keys": 0, "key_file": 1}
    assert (count(Envelope), count(Code), key_file(the_round.id).exists()) == (0, 0, False)
    assert count(Receipt) == 5
    again = find_round(the_round.slug)
    assert again.box_purged_at == present.now()
    assert numbers_of(again) == before
    assert imbalances(numbers_of(again)) == []
    (event,) = events_of_round(the_round.id, ("box_destroyed",))
    assert event.facts["envelopes"] == 5
    assert first_break() is None
    with pytest.raises(Refusal) as twice:
        destroy_box(the_round.id, by=SYSTEM)
    assert twice.value.code == "destroyed_already"


def test_nothing_is_destroyed_before_the_key_file_is(the_round: Round, clock: TurningClock) -> None:
    clock.turn(days=28)
    key = key_file(the_round.id)
    key.unlink()
    key.mkdir()  # what no program can unlink
    with pytest.raises(OSError):
        destroy_box(the_round.id, by=SYSTEM)
    assert count(Envelope) == 5
    key.rmdir()
    destroy_box(the_round.id, by=SYSTEM)
    assert count(Envelope) == 0


def test_after_three_months_names_are_gone_and_the_figures_stay(clock: TurningClock) -> None:
    the_round = a_voting_round(policy=Policy.CONTACT)
    cast(a_paper(the_round, "A"), Claim(declaration=SAM, contact="sam@example.org", proven=True))
    kept = db.session.scalars(select(RollEntry)).one()
    assert None not in (kept.sealed, kept.tag, kept.contact_tag, kept.domain_tag)
    cancel_vote(the_round, "The cards were wrong.")
    assert names_part(find_round(the_round.slug)).counts == {"people": 1, "questions": 0, "offers_of_help": 0}
    clock.turn(days=88)
    with pytest.raises(Refusal) as early:
        destroy_names(the_round.id, by=SYSTEM)
    assert early.value.code == "too_early"
    clock.turn(days=6)
    destroy_names(the_round.id, by=SYSTEM)
    (entry,) = db.session.scalars(select(RollEntry))
    assert {entry.sealed, entry.tag, entry.contact_tag, entry.domain_tag, entry.same_as} == {None}
    assert entry.age_band
    (event,) = events_of_round(the_round.id, ("names_destroyed",))
    assert event.facts["people"] == 1


def test_what_residents_asked_is_kept_three_months_longer_than_the_last_of_it_and_then_destroyed(
    the_round: Round, clock: TurningClock
) -> None:
    clock.turn(days=60)
    said = {"route": "appeal", "name": "Sam", "contact": "sam@example.org", "words": "Why?"}
    number = ask_question(the_round.id, **said).id
    project = db.session.scalars(select(Project).where(Project.title == "Hall")).one()
    offer_help(project.id, name="Ann", contact="ann@example.org", message="I have a van.")
    clock.turn(days=85)
    with pytest.raises(Refusal) as early:
        destroy_names(the_round.id, by=SYSTEM)
    assert early.value.code == "too_early"
    clock.turn(days=8)
    counts = destroy_names(the_round.id, by=SYSTEM).counts
    assert (counts["questions"], counts["offers_of_help"]) == (1, 1)
    assert db.session.get_one(Question, number).sealed is None
    assert db.session.scalars(select(HelpOffer.sealed)).all() == [None]


def test_a_newer_publication_begins_the_28_days_anew(the_round: Round, clock: TurningClock) -> None:
    first = box_part(the_round).due_at
    assert first == released_at(the_round) + timedelta(days=28)  # type: ignore[operator]


def test_a_round_that_people_vote_in_keeps_everything() -> None:
    the_round = an_open_round()
    with pytest.raises(Refusal) as refused:
        destroy_box(the_round.id, by=SYSTEM)
    assert refused.value.code == "not_over"
    assert the_round.state != RoundState.CANCELLED


def test_an_officer_destroys_nothing(the_round: Round, clock: TurningClock) -> None:
    clock.turn(days=100)
    for role in (Role.OFFICER, Role.COUNT_LEAD, Role.APPROVER):
        with pytest.raises(NotAllowed):
            destroy_box(the_round.id, by=someone(role))


def test_nothing_of_an_envelope_is_left_in_the_files_of_the_database(the_round: Round, clock: TurningClock) -> None:
    db.session.rollback()
    kept = [bytes(each) for each in db.session.scalars(select(Envelope.sealed)) if each]
    slots = list(db.session.scalars(select(Code.slot)))
    clock.turn(days=28)
    destroy_box(the_round.id, by=SYSTEM)
    write_anew(by=SYSTEM)
    content = everything_on_disk()
    assert [piece for piece in [*kept, *slots] if piece[:32] in content] == []


def test_every_table_whose_sealed_words_are_destroyed_some_day_is_written_anew() -> None:
    sealed = {table.name for table in Base.metadata.sorted_tables if "sealed" in table.columns}
    kept_for_good = {"sealed_ballots"}  # a part of a publication
    assert sealed - {table.__tablename__ for table in TOUCHED} == kept_for_good


def everything_on_disk() -> bytes:
    """The files of the database; of PostgreSQL, which keeps its own to itself, the pages of the tables, if any."""
    if db.engine.dialect.name == "postgresql":
        sizes = [db.session.scalar(text(f"SELECT pg_relation_size('{name}')")) for name in ("envelope", "code")]
        assert sizes == [0, 0]
        return b""
    files = [path for path in present.settings.instance_path.iterdir() if "sqlite3" in path.name]
    return b"".join(path.read_bytes() for path in files)


def test_a_copy_that_a_broken_off_backup_left_open_goes_too() -> None:
    folder = present.settings.instance_path
    left = [folder / ".backup-0123456789abcdef", folder / "..backup-0123456789abcdef.01234567"]
    for each in left:
        each.write_bytes(b"the database, as it was")
    write_anew(by=SYSTEM)
    assert [each for each in left if each.exists()] == []


def test_the_command_says_what_goes_and_asks_before_it_goes(the_round: Round, clock: TurningClock) -> None:
    runner = current_app.test_cli_runner()
    early = runner.invoke(args=["retire", the_round.slug])
    assert early.exit_code == 1
    assert "kept until" in early.output
    clock.turn(days=28)
    dry = runner.invoke(args=["retire", the_round.slug, "--dry-run"])
    assert dry.exit_code == 0
    assert "5 sealed envelopes, 5 codes, 1 key file on the server; to be destroyed now." in dry.output
    wrong = runner.invoke(args=["retire", the_round.slug], input="yes\n")
    assert wrong.exit_code == 1
    assert count(Envelope) == 5
    done = runner.invoke(args=["retire", the_round.slug], input=f"{the_round.slug}\n")
    assert done.exit_code == 0, done.output
    assert "The database is written anew" in done.output
    assert count(Envelope) == 0
    assert runner.invoke(args=["retire", "no-such-round"]).exit_code == 2


def test_while_somebody_reads_nothing_is_cleared_and_the_next_run_does_it_first(
    the_round: Round, clock: TurningClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pb.services.rewriting.TRIES", 2)
    slug, runner = the_round.slug, current_app.test_cli_runner()
    kept = [bytes(each) for each in db.session.scalars(select(Envelope.sealed)) if each]
    clock.turn(days=28)
    db.session.remove()
    with db.engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM envelope"))
        refused = runner.invoke(args=["retire", slug, "--yes"])
    assert (refused.exit_code, writing_anew_is_owed()) == (2, True)
    assert "Run pb retire" in refused.output
    again = runner.invoke(args=["retire", slug])
    assert again.exit_code == 0, again.output
    assert "The database is written anew" in again.output
    assert not writing_anew_is_owed()
    content = everything_on_disk()
    assert [piece for piece in kept if piece[:32] in content] == []
    assert runner.invoke(args=["retire", slug]).exit_code == 1


def test_somebody_who_writes_in_another_database_of_the_server_is_waited_for_too(
    the_round: Round, clock: TurningClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pb.services.rewriting.TRIES", 2)
    elsewhere = a_neighbour(db.engine.url, present.settings.instance_path)
    clock.turn(days=28)
    destroy_box(the_round.id, by=SYSTEM)
    with elsewhere.begin() as writer:
        writer.execute(text("CREATE TEMPORARY TABLE note (word text)"))
        writer.execute(text("INSERT INTO note VALUES ('waiting')"))
        if db.engine.dialect.name == "postgresql":
            with pytest.raises(Refusal) as refused:
                write_anew(by=SYSTEM)
            assert refused.value.code == "still_read"
    elsewhere.dispose()
    write_anew(by=SYSTEM)
    assert not writing_anew_is_owed()
    everything_on_disk()


def a_neighbour(url: URL, folder: Path) -> Engine:
    """Another database beside ours: on the same server, or a file of its own, which never stands in the way."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(database="postgres"))
    return create_engine(f"sqlite:///{folder / 'neighbour.db'}")
