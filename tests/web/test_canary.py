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

from pb.core.actors import SYSTEM, Actor, Role
from pb.core.codes import print_form
from pb.core.eligibility import Declaration
from pb.core.sealing import SEAL_BYTES, new_round_key
from pb.extensions import Base, db, present
from pb.models.codes import Code
from pb.models.envelopes import Envelope
from pb.models.kiosks import ItemState, KioskItem
from pb.models.papers import PaperBallot, PaperBatch, PaperState
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.models.stations import Station, StationKind
from pb.services.backups import make_backup
from pb.services.delivery import deliver_due
from pb.services.event_days import DayWanted, set_up_day
from pb.services.kiosk_uploads import as_kept
from pb.services.kiosks import tell_closing_number
from pb.services.outbox import opened_messages, opened_texts
from pb.services.papers import PapersWanted, count_papers, make_papers
from pb.services.sealed_fields import open_field
from tests import factories
from tests.kiosks import Device, a_device
from tests.reader import Reader, form_values, pressed, soup
from tests.signing_in import sign_in
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import a_voting_round, as_csv, codes_for, filled, go_on

#: A person with a name, a postcode, a year and addresses that nothing else in a test has.
XAN = {"name": "Xanthippe Qwortleby", "postcode": "EX1 1ZQ", "year_of_birth": "1931"}
EMAIL, PHONE, HOME = "xanthippe.q@qwortleby.example", "07700 900 765", "77 Zebedee Wynd"
#: What the ballots choose; the public settings of the ballot (round, ballot_version) speak of approval as well.
CHOICES = '"approved"'
ALLOWED = {("round", CHOICES), ("ballot_version", CHOICES)}
#: Ballots on which points are given: numbers that nothing else in a test comes to, and how somebody misread one.
POINTS, MORE_POINTS, MISREAD = "731946", "258317", "731964"
#: Digests and ids are random: six figures in a row stand in them by chance.
RANDOM = re.compile(rb"[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

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


def a_round_of_points(client: Reader, policy: Policy = Policy.DECLARED) -> Round:
    """A round on whose ballots a million points are shared out; its owner is signed in."""
    owner = factories.an_officer()
    vote = {"ballot_type": "points", "ballot_settings": {"total": 1_000_000}}
    the_round = a_voting_round(policy=policy, by=owner, vote=vote)
    sign_in(client, owner)
    return the_round


def another(client: Reader, who: Actor) -> Reader:
    """Somebody else's browser."""
    theirs = Reader(client.application)
    sign_in(theirs, who)
    return theirs


def counted(the_round: Round, in_box: int, **wanted: object) -> PaperBatch:
    """A batch of papers that all lie in the box."""
    owner = factories.owner_of(the_round)
    batch = make_papers(the_round.id, PapersWanted("Papers", in_box, **wanted), by=owner)  # type: ignore[arg-type]
    counts = {"issued": in_box, "unused": 0, "not_returned": 0, "in_box": in_box}
    count_papers(the_round.id, batch.id, counts, by=owner)
    return batch


def paper(line: int, points: str, **more: str) -> dict[str, str]:
    """A line of the grid: so many points for the first project on the paper."""
    typed = {"number": str(line + 1), "p1": points, **more}
    return {f"r{line}-{name}": text for name, text in typed.items()}


def states_of_papers() -> list[PaperState]:
    """How the papers stand, by their numbers."""
    db.session.rollback()
    return list(db.session.scalars(select(PaperBallot.state).order_by(PaperBallot.number)))


def who_votes_by_post(client: Reader) -> list[str]:
    """Asked for, put on a label, sent, back in the box; read by two people, by one of them wrongly at first."""
    the_round = a_round_of_points(client)
    papers = f"/officers/rounds/{the_round.slug}/papers"
    asked = filled(**XAN) | {"address": f"{HOME}\nExampleton", "format": "standard", "language": "en"}
    assert client.send(f"{papers}/post", asked | {"address": ""}).status_code == 422
    assert client.send(f"{papers}/post", asked).status_code == 303
    assert client.send(f"{papers}/post", asked).status_code >= 400
    made = make_papers(the_round.id, PapersWanted("Post", 2, "post"), by=factories.owner_of(the_round))
    at = f"{papers}/{made.id}"
    assert client.get(f"{at}/labels.pdf").data.startswith(b"%PDF")
    assert pressed(client, at, f"{at}/sent").status_code == 303
    client.send(f"{at}/counts", {"issued": "1", "unused": "1", "spoilt": "0", "not_returned": "0", "in_box": "1"})
    teller = another(client, factories.an_account(Role.SECOND_TELLER))
    client.send(f"{at}/keying", paper(0, POINTS))
    teller.send(f"{at}/keying", paper(0, MISREAD))
    assert states_of_papers() == [PaperState.MISMATCH]
    assert teller.send(f"{at}/keying/look-again/1", paper(0, MORE_POINTS)).status_code == 303
    assert teller.send(f"{at}/keying/look-again/1", paper(0, POINTS)).status_code == 303
    assert states_of_papers() == [PaperState.VALID]
    return [HOME, "Zebedee", POINTS, MISREAD, MORE_POINTS]


def whose_papers_are_keyed(client: Reader) -> list[str]:
    """With a sheet and a card's code, by grid and by spreadsheet: one is settled, and others wait for every reason."""
    the_round = a_round_of_points(client)
    codes = codes_for(the_round, 4)
    unknown = "0000 0000 0000 0000 0"
    batch = counted(the_round, 5, with_code=True, declares=True)
    at = f"/officers/rounds/{the_round.slug}/papers/{batch.id}"
    assert client.send(f"{at}/declarations", filled(**XAN)).status_code == 303
    assert client.send(f"{at}/declarations", filled(**XAN)).status_code >= 400
    for number in range(4):
        client.send(f"{at}/declarations", filled(**XAN | {"name": f"Other {'ABCD'[number]}"}))
    read = [
        paper(0, POINTS, code=codes[0]),  # in the box
        paper(1, POINTS, code=codes[1]),  # read by one person alone
        paper(2, POINTS, code=codes[2]),  # read in two ways
        paper(3, MORE_POINTS, code=unknown),  # whose code opens nothing
        paper(4, POINTS, code=codes[3]),  # read in two ways, then alike
    ]
    grid = {name: text for each in read for name, text in each.items()}
    assert client.send(f"{at}/keying", grid | paper(1, "9999999", code=codes[1])).status_code == 422
    assert client.send(f"{at}/keying", grid).status_code == 303
    teller = another(client, factories.an_account(Role.SECOND_TELLER))
    headings = teller.get(f"{at}/keying/spreadsheet.csv").get_data(as_text=True).lstrip("\ufeff").splitlines()[0]
    rows = [
        ["1", POINTS, "", "", codes[0]],
        ["3", MISREAD, "", "", codes[2]],
        ["4", MORE_POINTS, "", "", unknown],
        ["5", MISREAD, "", "", codes[3]],
    ]
    for last, status in ((["2", POINTS, "?", "", codes[1]], 422), ([], 303)):
        table = "\n".join([headings, *(",".join(row) for row in [*rows, last])]).encode()
        sent = teller.send(f"{at}/keying/spreadsheet", {"file": (io.BytesIO(table), "papers.csv")})
        assert sent.status_code == status
    teller.send(f"{at}/keying/look-again/5", paper(0, POINTS, number="5", code=codes[3]))
    client.read(f"{at}/keying/look-again")
    client.read(f"{at}/keying/codes/4")
    assert [each.value for each in states_of_papers()] == ["valid", "once", "mismatch", "held", "valid"]
    return [*codes, print_form(codes[0]), POINTS, MISREAD, MORE_POINTS]


def sent_by(client: Reader, device: Device) -> list[str]:
    """What became of all that waits on a tablet, sent as its page sends it; the tablet forgets it then."""
    upload = device.upload()
    told = client.post(
        f"/kiosk/{device.kiosk_id}/items",
        json={
            "items": [as_kept(item) for item in upload.items],
            "waiting": upload.waiting,
            "made": upload.made,
            "signature": b64encode(upload.signature).decode(),
        },
    )
    device.outbox.clear()
    return [each["answer"] for each in (told.json or {})["items"]]


def with_points(the_round: Round, points: str) -> dict[str, dict[str, dict[str, int]]]:
    """A ballot that gives so many points to its first project."""
    (section,) = factories.make_ballot(the_round, "Hall").items()
    return {section[0]: {"points": {section[1]["approved"][0]: int(points)}}}


def who_votes_at_a_tablet(client: Reader) -> list[str]:
    """In the box, sent once more, held, and too late: of those one is let in by two officers, and one still waits."""
    the_round = a_round_of_points(client)
    owner = factories.owner_of(the_round)
    device = a_device(the_round, name="Market tablet", declares=True)
    codes, receipts = codes_for(the_round, 5), list[str]()
    said = Declaration(XAN["name"], XAN["postcode"], int(XAN["year_of_birth"]), "live", declared=True)

    def cast(code: str, who: Declaration = said) -> None:
        receipts.append(f"QWRTL{len(receipts)}ZBDWY0")
        device.cast(code, said=who, sections=with_points(the_round, POINTS), receipt=receipts[-1])

    cast(codes[0])
    once_more = list(device.outbox)
    assert sent_by(client, device) == ["stored"]
    device.outbox += once_more
    cast(codes[1])
    assert sorted(sent_by(client, device)) == ["duplicate", "held"]
    tell_closing_number(device.kiosk_id, 2, by=owner)
    late = f"/officers/rounds/{the_round.slug}/kiosks/{device.kiosk_id}/late"
    other = another(client, factories.an_officer())
    for at, letter in ((2, "A"), (3, "B"), (4, "C")):
        cast(codes[at], Declaration(f"Qwortleby {letter}", XAN["postcode"], 1931, "live", declared=True))
        assert sent_by(client, device) == ["quarantined"]
        if at < 4:
            client.send(late, {"accept": "yes" if at == 2 else "no", "reason": "The stall closed late."})
            other.send(late, {"confirm": "yes"})
    db.session.rollback()
    states = sorted(db.session.scalars(select(KioskItem.state)))
    assert states == [ItemState.ACCEPTED, ItemState.ACCEPTED, ItemState.HELD, ItemState.QUARANTINED, ItemState.REJECTED]
    client.read(late)
    return [*codes, *receipts, POINTS]


def a_hall(the_round: Round, steward: Actor) -> Station:
    """A hall on the day, run by this steward, where people come in."""
    hall = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    set_up_day(hall.id, DayWanted(), by=factories.owner_of(the_round))
    return opened(hall, on_rota(the_round, hall, steward), on_rota(the_round, hall))


def who_scores_in_a_hall(client: Reader) -> list[str]:
    """Let in at the desk; one card is spoilt, the next marked bid by bid on a phone; then the hand-in is closed."""
    the_round = a_round_of_points(client)
    steward = factories.an_account(Role.STEWARD)
    hall = a_hall(the_round, steward)
    old, new, kiosks_own = cards_at(the_round, hall, 3, by_steward=True, channel="event").codes
    device = a_device(the_round, hall, name="By the stage")
    desk, phone = another(client, steward), Reader(client.application)
    at = f"/stations/{the_round.slug}/{hall.id}"
    assert desk.send(f"{at}/check-in", filled(**XAN) | {"what": "card"}).status_code == 303
    assert desk.send(f"{at}/check-in", filled(**XAN) | {"what": "card"}).status_code >= 400
    spoilt = desk.send(f"{at}/spoilt", {"code": print_form(old), "replacement": print_form(new)})
    assert spoilt.status_code == 303
    assert desk.send(f"{at}/spoilt", {"code": print_form(old), "replacement": print_form(new)}).status_code >= 400
    for do in ("call", "scoring"):
        desk.send(f"{at}/hall", form=f"form:has(input[name=do][value={do}])")
    vote = f"/rounds/{the_round.slug}/vote"
    ballot = phone.send(vote, {"code": print_form(new)})
    assert go_on(phone, ballot, {"p1": POINTS, "p2": POINTS}).status_code == 422
    check = go_on(phone, go_on(phone, ballot, {"p1": POINTS}), button="Change")
    check = go_on(phone, check, {"p1": MORE_POINTS})
    done = go_on(phone, check)
    device.cast(kiosks_own, sections=with_points(the_round, POINTS), receipt="QWRTLHZBDWY0Q")
    assert sent_by(client, device) == ["stored"]
    assert desk.send(f"{at}/hall/hand-in", {"agreed": "y", "begun": "1"}).status_code == 303
    device.cast(old, sections=with_points(the_round, POINTS))
    assert sent_by(client, device) == ["rejected"]
    receipt = "".join(soup(done).select_one("#receipt").get_text().split())  # type: ignore[union-attr]
    return [old, new, kiosks_own, receipt, "QWRTLHZBDWY0Q", POINTS, MORE_POINTS]


STORIES: list[Story] = [
    who_declares,
    who_proves_a_contact,
    who_was_invited,
    who_votes_by_post,
    whose_papers_are_keyed,
    who_votes_at_a_tablet,
    who_scores_in_a_hall,
]


def disguises(word: str) -> set[bytes]:
    """How a word may lie somewhere: as it is, without spaces, in small letters, in hexadecimal, in base 64."""
    plain = {word, word.lower(), "".join(word.split()), "".join(word.split()).lower()}
    found = {each.encode() for each in plain}
    for each in plain:
        found.add(each.encode().hex().encode())
        if len(each) > 8:  # what is shorter may be there by chance
            found |= {b64encode(b" " * shift + each.encode())[4:-4] for shift in range(3)}
    return found


def words_in(content: bytes, words: list[str]) -> list[str]:
    """The words that lie somewhere, however they are written."""
    settled = RANDOM.sub(b" ", content)
    return [word for word in words if any(each in (content if len(each) > 8 else settled) for each in disguises(word))]


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
    found = {(name.partition(",")[0], word) for name, content in stored.items() for word in words_in(content, words)}
    files = {"you-decide.sqlite3", "you-decide.sqlite3-wal"}  # the tables that are allowed lie in them
    assert {(name, word) for name, word in found if word != CHOICES or name not in files} <= ALLOWED
    assert XAN["name"] in {
        open_field(f"roll:{each.id}", each.sealed or b"")["name"] for each in db.session.scalars(select(RollEntry))
    }
    assert {len(each or b"") > SEAL_BYTES for each in db.session.scalars(select(Envelope.sealed))} == {True}
    assert db.session.scalars(select(Code.slot)).first() or story is who_votes_by_post


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
