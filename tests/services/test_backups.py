"""Backups made while people vote: one moment, whole; restored, they hold the same box under the same root."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import func, select

from pb.core.actors import SYSTEM, Role
from pb.core.errors import NotAllowed, Refusal
from pb.core.reconciliation import imbalances
from pb.core.sealing import new_round_key
from pb.extensions import db, present
from pb.models.envelopes import Envelope
from pb.models.events import Event
from pb.models.rounds import Policy, Round
from pb.services.backups import make_backup, restore_backup
from pb.services.casting import cast
from pb.services.ledger import first_break
from pb.services.opening import freeze_box
from pb.services.reconciliation import numbers_of
from pb.services.retention import backups_since
from pb.services.rights import Claim
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.factories import a_closed_round, an_officer, someone
from tests.racing import do, forms
from tests.voters import SAM, a_paper, a_voting_round, codes_for

KEY = new_round_key(b"\7" * 32)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "monday.backup"


def empty_the_database() -> None:
    """Begin anew with an empty database, as a fresh server has it."""
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    db.engine.dispose()
    for path in present.settings.instance_path.glob("you-decide.sqlite3*"):
        path.unlink()
    upgrade()


def test_a_restored_box_has_the_same_sealed_root(app: Flask, backup: Path) -> None:
    the_round = a_closed_round()
    slug, lead = the_round.slug, someone(Role.COUNT_LEAD)
    make_backup(backup, KEY.public, by=SYSTEM)
    root = freeze_box(find_round(slug).id, by=lead)
    empty_the_database()
    restore_backup(backup, KEY.private, by=SYSTEM)
    again = find_round(slug)
    assert again.sealed_root is None
    newest = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.facts["file"]) == ("backup_restored", backup.name)
    assert [each.file for each in backups_since(again)] == [backup.name], "it has to be destroyed as well, in the end"
    assert freeze_box(again.id, by=lead) == root
    assert imbalances(numbers_of(again)) == []
    assert first_break() is None


def test_a_backup_made_while_people_vote_holds_whole_ballots_only(app: Flask, backup: Path) -> None:
    the_round = a_voting_round()
    slug, codes = the_round.slug, codes_for(the_round, 60)
    papers = forms(the_round, 60)
    voted: list[str] = []

    def vote() -> None:
        for paper, code in zip(papers, codes, strict=True):
            voted.append(do(app, lambda paper=paper, code=code: cast(paper, Claim(code)) and "cast"))

    voters = threading.Thread(target=vote)
    voters.start()
    make_backup(backup, KEY.public, by=SYSTEM)
    voters.join()
    assert voted == ["cast"] * 60
    empty_the_database()
    restore_backup(backup, KEY.private, by=SYSTEM)
    numbers = numbers_of(find_round(slug))
    assert imbalances(numbers) == []
    assert numbers.accepted == numbers.codes_used <= 60


def test_nobody_reads_a_backup_without_its_key(app: Flask, backup: Path) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    cast(a_paper(the_round), Claim(declaration=SAM))
    make_backup(backup, KEY.public, by=SYSTEM)
    content = backup.read_bytes()
    envelope = db.session.scalars(select(Envelope)).first()
    assert envelope is not None
    assert (envelope.sealed or b"")[:64] not in content
    assert b"SQLite format" not in content
    assert [path.name for path in present.settings.instance_path.iterdir() if path.name.startswith(".backup")] == []
    assert backup.stat().st_mode & 0o077 == 0


def test_a_database_that_is_in_use_is_never_written_over(app: Flask, backup: Path) -> None:
    slug = a_voting_round().slug
    make_backup(backup, KEY.public, by=SYSTEM)
    with pytest.raises(Refusal) as refused:
        restore_backup(backup, KEY.private, by=SYSTEM)
    assert refused.value.code == "database_in_use"
    assert find_round(slug).title


def test_a_damaged_backup_and_another_key_restore_nothing(app: Flask, backup: Path) -> None:
    a_voting_round()
    make_backup(backup, KEY.public, by=SYSTEM)
    empty_the_database()
    whole = backup.read_bytes()
    with pytest.raises(Refusal) as another:
        restore_backup(backup, new_round_key(b"\6" * 32).private, by=SYSTEM)
    backup.write_bytes(whole[:-100])
    with pytest.raises(Refusal) as cut:
        restore_backup(backup, KEY.private, by=SYSTEM)
    assert (another.value.code, cut.value.code) == ("backup_damaged", "backup_damaged")
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


def test_a_file_that_is_there_is_not_replaced_and_officers_make_no_backups(app: Flask, backup: Path) -> None:
    backup.write_text("something else")
    with pytest.raises(Refusal) as there:
        make_backup(backup, KEY.public, by=SYSTEM)
    with pytest.raises(NotAllowed):
        make_backup(backup.with_name("other"), KEY.public, by=an_officer())
    assert there.value.code == "file_there"
    assert backup.read_text() == "something else"


def test_the_commands_make_a_key_a_backup_and_say_what_is_missing(
    app: Flask, clock: TurningClock, tmp_path: Path
) -> None:
    runner = current_app.test_cli_runner()
    keys = runner.invoke(args=["backup-key", str(tmp_path / "offline.key")])
    assert keys.exit_code == 0
    assert (tmp_path / "offline.key").stat().st_mode & 0o077 == 0
    unset = runner.invoke(args=["backup", str(tmp_path / "one.backup")])
    assert unset.exit_code == 2
    assert "pb backup-key FILE" in unset.output
    public = keys.output.split("PB_BACKUP_KEY=")[1].strip()
    present.use(settings=present.settings.model_copy(update={"backup_key": public}))
    for args in (["backup-key"], ["backup"]):
        nowhere = runner.invoke(args=[*args, str(tmp_path / "not-there" / "one")])
        assert nowhere.exit_code == 2
        assert "not-there" in nowhere.output
    made = runner.invoke(args=["backup", str(tmp_path / "one.backup")])
    assert made.exit_code == 0, made.output
    empty_the_database()
    (tmp_path / "picture.key").write_bytes(b"\xff\xd8\xff")
    other = runner.invoke(args=["restore", str(tmp_path / "one.backup"), "--key", str(tmp_path / "picture.key")])
    assert "picture.key holds no key of backups" in other.output
    back = runner.invoke(args=["restore", str(tmp_path / "one.backup"), "--key", str(tmp_path / "offline.key")])
    assert back.exit_code == 0, back.output
    assert "Put secrets.json and keys/ back" in back.output
