"""Printed cards: made in parts, sealed under a passphrase, fetched once they are ready, and deleted."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select

from pb.core.actors import Actor
from pb.core.codes import read_code
from pb.core.errors import Refusal
from pb.extensions import Base, db, present
from pb.models.jobs import Job, JobState
from pb.models.rounds import Round
from pb.services.batches import revoke_batch
from pb.services.cards import (
    AT_ONCE,
    PART,
    AskedCards,
    ask_cards,
    delete_due_cards,
    fetch_cards,
    go_on,
    keep_no_longer,
    make_part,
    printing_of,
)
from pb.services.casting import cast
from pb.services.codes import BatchWanted, batches_of, find_code
from pb.services.jobs import run
from pb.services.ledger import events_of_round
from pb.services.rights import Claim
from pb.services.worker import work_due
from tests import factories
from tests.conftest import TurningClock
from tests.printed import SHIPPED, fonts_of
from tests.voters import a_paper, a_voting_round

#: Among twenty thousand cards the reader took a pattern once for a symbol of another kind.
QR = zxingcpp.BarcodeFormat.QRCode
MANY = 20_000 if os.environ.get("PB_CAMPAIGN") == "full" else PART + 1


@pytest.fixture
def the_round(app: Flask) -> Round:
    # On PostgreSQL tests share an instance folder.
    shutil.rmtree(present.settings.instance_path / "cards", ignore_errors=True)
    return a_voting_round()


@pytest.fixture
def owner(the_round: Round) -> Actor:
    return factories.owner_of(the_round)


def asked(the_round: Round, owner: Actor, count: int, name: str = "Library") -> AskedCards:
    return ask_cards(the_round.id, BatchWanted(count, name), by=owner)


def parts_of(the_round: Round, owner: Actor, cards: AskedCards) -> list[bytes]:
    return [pdf for _, pdf in fetch_cards(the_round.id, cards.batch_id, cards.passphrase, by=owner)]


def addresses(pdf: bytes, folder: Path, dots: int = 110) -> Iterator[str]:
    """What every symbol of every page says."""
    (folder / "cards.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dots), "-gray", folder / "cards.pdf", folder / "page"], check=True)
    for page in sorted(folder.glob("page-*.pgm")):
        symbols = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.read_bytes())), formats=QR)
        yield from (found.text for found in symbols)
        page.unlink()


def sealed_files() -> list[Path]:
    return list((present.settings.instance_path / "cards").glob("*"))


def refusal_of(deed: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refusal) as refused:
        deed(*args, **kwargs)  # type: ignore[operator]
    return refused.value.code


def test_every_symbol_of_a_small_batch_leads_to_the_council_and_opens_one_ballot(
    the_round: Round, owner: Actor, tmp_path: Path
) -> None:
    cards = asked(the_round, owner, 8)
    (pdf,) = parts_of(the_round, owner, cards)
    found = list(addresses(pdf, tmp_path))
    assert all(address.startswith(f"{present.settings.public_url}/c#") for address in found)
    codes = {read_code(address) for address in found}
    assert len(codes) == len(found) == 8
    assert all(find_code(the_round.id, code) for code in codes)
    cast(a_paper(the_round), Claim(codes.pop()))
    assert [(each.made, each.used, each.as_cards) for each in batches_of(the_round.id)] == [(8, 1, True)]


def test_a_card_says_what_it_is_for_in_both_languages_and_to_a_screen_reader(
    the_round: Round, owner: Actor, tmp_path: Path
) -> None:
    (pdf,) = parts_of(the_round, owner, asked(the_round, owner, 2))
    (tmp_path / "cards.pdf").write_bytes(pdf)
    text = subprocess.run(["pdftotext", tmp_path / "cards.pdf", "-"], check=True, capture_output=True).stdout.decode()
    words = " ".join(text.split())
    for wanted in (
        the_round.title,
        "Voting closes: Monday 1 June 2026 at 5pm.",
        "Mae’r pleidleisio’n cau: dydd Llun 1 Mehefin 2026 am 5pm.",
        present.settings.contact_phone,
        "localhost/c",
    ):
        assert words.count(wanted) == 2, wanted
    assert fonts_of(pdf) == SHIPPED
    assert b"/StructTreeRoot" in pdf
    assert b"pdfuaid:part" in pdf
    codes = {read_code(address) for address in addresses(pdf, tmp_path)}
    assert all(code in "".join(words.split()) for code in codes)


def test_a_small_batch_needs_no_worker_and_a_large_one_waits_for_it(the_round: Round, owner: Actor) -> None:
    small, large = asked(the_round, owner, AT_ONCE), asked(the_round, owner, AT_ONCE + 1, "School")
    assert printing_of(the_round.id, small.batch_id).ready
    waiting = printing_of(the_round.id, large.batch_id)
    assert (waiting.done, waiting.total, waiting.state, waiting.stuck) == (0, AT_ONCE + 1, JobState.WAITING, False)
    assert refusal_of(fetch_cards, the_round.id, large.batch_id, large.passphrase, by=owner) == "cards_not_ready"
    assert work_due() == 1
    assert printing_of(the_round.id, large.batch_id).ready


@pytest.mark.campaign
def test_many_cards_are_made_in_parts_with_their_progress_and_every_code_is_one_of_the_batch(
    the_round: Round, owner: Actor, tmp_path: Path
) -> None:
    cards = asked(the_round, owner, MANY)
    seen: list[int] = []

    def watched(job: Job) -> None:
        make_part(job)
        seen.append(printing_of(the_round.id, cards.batch_id).done)

    run(1, watched)
    assert seen == [*range(PART, MANY, PART), MANY]
    parts = parts_of(the_round, owner, cards)
    assert len(parts) == len(seen)
    found = {address for pdf in parts for address in addresses(pdf, tmp_path)}
    assert len(found) == MANY == batches_of(the_round.id)[0].unused
    assert all(find_code(the_round.id, read_code(address)) for address in found)
    assert sum(event.facts["count"] for event in events_of_round(the_round.id, ("codes_made",))) == MANY


def test_plain_codes_and_the_passphrase_are_nowhere_but_in_the_sealed_file(
    the_round: Round, owner: Actor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = asked(the_round, owner, 2)
    codes = [read_code(address) for pdf in parts_of(the_round, owner, cards) for address in addresses(pdf, tmp_path)]
    told = "".join(capsys.readouterr())
    rows = "".join(repr(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)))
    files = b"".join(path.read_bytes() for path in present.settings.instance_path.rglob("*") if path.is_file())
    for secret in (*codes, cards.passphrase, cards.passphrase.replace(" ", "")):
        assert secret not in told + rows
        assert secret.encode() not in files


def test_only_the_officer_who_asked_fetches_the_file_and_only_with_its_passphrase(
    the_round: Round, owner: Actor
) -> None:
    cards = asked(the_round, owner, 2)
    other = asked(the_round, owner, 2, "School")
    fetch = (fetch_cards, the_round.id, cards.batch_id)
    assert refusal_of(*fetch, cards.passphrase, by=factories.an_officer()) == "not_your_cards"
    assert refusal_of(*fetch, other.passphrase, by=owner) == "wrong_passphrase"
    assert refusal_of(*fetch, cards.passphrase[:-1], by=owner) == "code_too_short"
    assert list(events_of_round(the_round.id, ("cards_fetched",))) == []
    assert len(parts_of(the_round, owner, AskedCards(cards.batch_id, cards.passphrase.lower()))) == 1
    assert len(list(events_of_round(the_round.id, ("cards_fetched",)))) == 1


def test_the_file_is_deleted_once_the_officer_has_it(the_round: Round, owner: Actor) -> None:
    cards = asked(the_round, owner, 2)
    assert refusal_of(keep_no_longer, the_round.id, cards.batch_id, by=owner) == "cards_not_fetched"
    parts_of(the_round, owner, cards)
    keep_no_longer(the_round.id, cards.batch_id, by=owner)
    assert sealed_files() == []
    assert refusal_of(fetch_cards, the_round.id, cards.batch_id, cards.passphrase, by=owner) == "cards_gone"
    (event,) = events_of_round(the_round.id, ("cards_deleted",))
    assert event.facts["reason"] == "confirmed"


def test_a_file_that_nobody_fetched_is_deleted_after_a_day(the_round: Round, owner: Actor, clock: TurningClock) -> None:
    cards = asked(the_round, owner, 2)
    clock.turn(hours=23.9)
    assert delete_due_cards() == 0
    clock.turn(hours=0.2)
    assert refusal_of(fetch_cards, the_round.id, cards.batch_id, cards.passphrase, by=owner) == "cards_gone"
    work_due()
    assert sealed_files() == []
    (event,) = events_of_round(the_round.id, ("cards_deleted",))
    assert (event.facts["reason"], event.account_id) == ("too_old", None)


def test_cards_that_no_worker_made_for_three_days_are_given_up(
    the_round: Round, owner: Actor, clock: TurningClock
) -> None:
    cards = asked(the_round, owner, AT_ONCE + 1)
    clock.turn(days=3)
    work_due()
    given_up = printing_of(the_round.id, cards.batch_id)
    assert (given_up.fault, given_up.deleted, batches_of(the_round.id)[0].made) == ("cards_gone", True, 0)


def test_cards_that_could_not_be_written_are_made_later_and_none_is_lost(the_round: Round, owner: Actor) -> None:
    folder = present.settings.instance_path / "cards"
    folder.write_text("in the way")
    cards = asked(the_round, owner, 3)
    failed = printing_of(the_round.id, cards.batch_id)
    assert (failed.state, failed.done, batches_of(the_round.id)[0].made) == (JobState.FAILED, 0, 0)
    folder.unlink()
    go_on(the_round.id, cards.batch_id, by=owner)
    assert printing_of(the_round.id, cards.batch_id).ready
    assert batches_of(the_round.id)[0].unused == 3
    assert refusal_of(go_on, the_round.id, cards.batch_id, by=owner) == "job_not_failed"


def test_a_file_that_cannot_be_deleted_keeps_back_no_other_work(
    the_round: Round, owner: Actor, clock: TurningClock
) -> None:
    asked(the_round, owner, 2)
    clock.turn(days=2)
    (file,) = sealed_files()
    file.unlink()
    file.mkdir()  # stands for a disk that lets nothing be deleted
    asked(the_round, owner, AT_ONCE + 1, "School")
    assert work_due() == 1


def test_a_job_whose_process_died_is_taken_up_again_and_never_by_two_at_once(
    the_round: Round, owner: Actor, clock: TurningClock
) -> None:
    cards = asked(the_round, owner, AT_ONCE + 1)

    class Died(BaseException):
        """The process is gone."""

    def dies(_job: Job) -> None:
        raise Died

    with pytest.raises(Died):
        run(1, dies)
    assert work_due() == 0
    clock.turn(minutes=5)

    def overtaken(job: Job) -> None:
        clock.turn(minutes=6)
        run(job.id, make_part)
        make_part(job)

    run(1, overtaken)
    assert batches_of(the_round.id)[0].made == AT_ONCE + 1
    assert len(parts_of(the_round, owner, cards)) == 1


def test_a_batch_is_not_cancelled_while_its_cards_are_made(the_round: Round, owner: Actor) -> None:
    cards = asked(the_round, owner, AT_ONCE + 1)
    deed = (revoke_batch, the_round.id, cards.batch_id)
    assert refusal_of(*deed, reason="Stolen", by=owner) == "cards_being_made"
    work_due()
    assert revoke_batch(the_round.id, cards.batch_id, reason="Stolen", by=owner) == AT_ONCE + 1


def test_no_cards_are_made_after_the_close_however_long_they_waited(
    the_round: Round, owner: Actor, clock: TurningClock
) -> None:
    clock.at = the_round.voting_closes_at
    clock.turn(hours=-1)
    cards = asked(the_round, owner, AT_ONCE + 1)
    clock.turn(hours=1)
    work_due()
    assert printing_of(the_round.id, cards.batch_id).fault == "not_now"
    assert batches_of(the_round.id)[0].made == 0


def test_cards_need_a_closing_time_to_print(app: Flask) -> None:
    owner = factories.an_officer()
    the_round = factories.a_round(owner)
    the_round.voting_closes_at = None
    db.session.commit()
    assert refusal_of(ask_cards, the_round.id, BatchWanted(2, "Library"), by=owner) == "closing_missing"
    assert batches_of(the_round.id) == []
