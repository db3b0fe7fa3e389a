"""What must be nowhere but where it belongs: every word of a voter, looked for in all that is stored, sent or logged."""

from __future__ import annotations

import csv
import io
import logging
import re
import tempfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from pb.core.actors import SYSTEM
from pb.core.sealing import SEAL_BYTES, new_round_key
from pb.extensions import Base, db, present
from pb.models.codes import Code
from pb.models.envelopes import Envelope
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.backups import make_backup
from pb.services.delivery import deliver_due
from pb.services.outbox import opened_messages, opened_texts
from pb.services.sealed_fields import open_field
from tests import factories
from tests.reader import Reader, form_values, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round, as_csv, codes_for, filled, go_on

#: A person with a name, a postcode, a year and addresses that nothing else in a test has.
XAN = {"name": "Xanthippe Qwortleby", "postcode": "EX1 1ZQ", "year_of_birth": "1931"}
EMAIL, PHONE, HOME = "xanthippe.q@qwortleby.example", "07700 900 765", "77 Zebedee Wynd"
#: What the ballots choose; the public settings of the ballot (round, ballot_version) speak of approval as well.
CHOICES = '"approved"'
ALLOWED = {("round", CHOICES), ("ballot_version", CHOICES)}

Story = Callable[[Reader], list[str]]


def mark_and_cast(client: Reader, ballot: TestResponse) -> str:
    """Choose two bids and cast; the receipt."""
    done = go_on(client, go_on(client, ballot, {"p1": "1", "p2": "1"}))
    return "".join(soup(done).select_one("#receipt").get_text().split())  # type: ignore[union-attr]


def ask_for_a_check(client: Reader, ballot: TestResponse) -> None:
    """Vote a second time, and ask that somebody looks at it."""
    told = go_on(client, go_on(client, ballot, {"p1": "1"}))
    assert "waiting for a check" in soup(go_on(client, told, {"ask_check": "yes"})).get_text()


def changeable(policy: Policy, **wanted: object) -> Round:
    """A round in which a ballot may be changed."""
    return a_voting_round(policy=policy, vote={"ballot_settings": {"most": 2}, "allow_change": True}, **wanted)


def who_declares(client: Reader) -> list[str]:
    """With a card and a declaration; then once more without the card."""
    the_round = changeable(Policy.DECLARED)
    (code,) = codes_for(the_round)
    page = f"/rounds/{the_round.slug}/vote"
    receipt = mark_and_cast(client, client.send(page, filled(code=code, **XAN)))
    ask_for_a_check(client, client.send(page, filled(**XAN)))
    return [code, receipt]


def who_proves_a_contact(client: Reader) -> list[str]:
    """By e-mail; then once more by text message; and they ask for news."""
    the_round = changeable(Policy.CONTACT)
    page, sent = f"/rounds/{the_round.slug}/vote", list[str]()

    def ballot_for(contact: str) -> TestResponse:
        asked = client.send(page, filled(**XAN) | {"contact": contact})
        texts = [each.letter.text for each in opened_messages(EMAIL)] + [each.text for each in opened_texts()]
        sent.append(re.findall(r"\b\d{3} \d{3}\b", texts[-1])[0])
        return go_on(client, asked, {"one_time": sent[-1]})

    receipt = mark_and_cast(client, ballot_for(EMAIL))
    ask_for_a_check(client, ballot_for(PHONE))
    client.send(f"/rounds/{the_round.slug}/news", {"contact": EMAIL, "topics": ["result"]})
    return [*sent, receipt, EMAIL.partition("@")[0], "qwortleby.example", PHONE, "7700900765"]


def who_was_invited(client: Reader) -> list[str]:
    """From the officer's list to the letter with the code; the ballot is changed once, and a colleague gets theirs."""
    owner = factories.an_officer()
    the_round = changeable(Policy.INVITED, by=owner)
    sign_in(client, owner)
    people = f"/officers/rounds/{the_round.slug}/invited"
    row = {"Name": XAN["name"], "Postcode": XAN["postcode"], "Address": HOME, "E-mail": EMAIL, "Year of birth": "1931"}
    form = form_values(client.read(f"{people}/upload").select_one("main form"))  # type: ignore[arg-type]
    client.post(f"{people}/upload", data={**form, "file": (io.BytesIO(as_csv([row])), "list.csv")})
    go_on(client, client.get(f"{people}/columns"))
    go_on(client, client.get(f"{people}/check"))
    letters = client.send(people, {"to": "all"}, form='form[action$="/letters"]').get_data(as_text=True)
    (line,) = csv.DictReader(io.StringIO(letters.removeprefix("\ufeff")))
    page = f"/rounds/{the_round.slug}/vote"
    receipts = [mark_and_cast(client, client.send(page, {"code": line["Code"]})) for _ in range(2)]
    return [line["Code"], *receipts, EMAIL, HOME, "Zebedee"]


STORIES: list[Story] = [who_declares, who_proves_a_contact, who_was_invited]


def disguises(word: str) -> set[bytes]:
    """How a word may lie somewhere: as it is, without spaces, in small letters, in hexadecimal, in base 64."""
    plain = {word, word.lower(), "".join(word.split()), "".join(word.split()).lower()}
    found = {each.encode() for each in plain}
    for each in plain:
        found.add(each.encode().hex().encode())
        if len(each) > 8:  # what is shorter may be there by chance
            found |= {b64encode(b" " * shift + each.encode())[4:-4] for shift in range(3)}
    return found


def everything(folder: Path, *more: Path) -> dict[str, bytes]:
    """All that is stored: every file, a fresh backup among them, and every row as the database gives it."""
    db.session.rollback()
    make_backup(folder / "canary.backup", new_round_key(b"\5" * 32).public, by=SYSTEM)
    kept = {path.name: path.read_bytes() for each in (folder, *more) for path in each.rglob("*") if path.is_file()}
    tables = Base.metadata.sorted_tables
    return kept | {each.name: repr(db.session.execute(select(each)).all()).encode() for each in tables}


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_nothing_that_a_voter_enters_or_chooses_is_stored_or_logged_in_the_open(
    client: Reader, story: Story, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    tempfile.tempdir = str(tmp_path)
    try:
        words = [*story(client), *XAN["name"].split(), XAN["postcode"], CHOICES]
        while_queued = everything(present.settings.instance_path, tmp_path)
        deliver_due()
        (present.settings.instance_path / "canary.backup").unlink()
        stored = everything(present.settings.instance_path, tmp_path)
    finally:
        tempfile.tempdir = None
    printed = "".join(capfd.readouterr())
    stored |= {f"{name}, queued": content for name, content in while_queued.items()}
    stored |= {"the log": caplog.text.encode(), "what was printed": printed.encode()}
    found = {
        (name.partition(",")[0], word)
        for name, content in stored.items()
        for word in words
        if any(each in content for each in disguises(word))
    }
    files = {"you-decide.sqlite3", "you-decide.sqlite3-wal"}  # the tables that are allowed lie in them
    assert {(name, word) for name, word in found if word != CHOICES or name not in files} <= ALLOWED
    assert XAN["name"] in {
        open_field(f"roll:{each.id}", each.sealed or b"")["name"] for each in db.session.scalars(select(RollEntry))
    }
    assert {len(each or b"") > SEAL_BYTES for each in db.session.scalars(select(Envelope.sealed))} == {True}
    assert db.session.scalars(select(Code.slot)).first()


def test_the_search_finds_what_lies_in_the_open_however_it_is_written(client: Reader) -> None:
    """The words of a bid are public: they show that a word in the database would have been seen."""
    a_voting_round()
    stored = everything(present.settings.instance_path)
    found = {name for name, content in stored.items() if any(each in content for each in disguises("for everybody."))}
    assert "bid" in found
    assert "canary.backup" not in found
    whole = b"".join(content for name, content in stored.items() if name.startswith("you-decide.sqlite3"))
    assert not whole or b"for everybody." in whole
    for shift in range(3):
        assert any(each in b64encode(b"." * shift + b'{"to": "Xanthippe"}') for each in disguises("Xanthippe"))
