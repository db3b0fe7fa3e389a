"""While people vote, nobody learns how the vote stands: not by a page, a file, a feed, a letter or the log, in any role."""

from __future__ import annotations

import io
import os
import re
import secrets
import subprocess
from collections import Counter
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from pb.core.actors import Role
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.extensions import Base, db
from pb.models.rounds import Policy
from pb.services.cards import ask_cards
from pb.services.codes import BatchWanted
from pb.services.contacts import send_code
from pb.services.counts import record_count
from pb.services.delivery import deliver_due
from pb.services.duplicates import held_claims
from pb.services.elections import projects_of
from pb.services.outbox import opened_messages, opened_texts
from pb.services.rights import Claim
from pb.services.voting import voting_round
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from pb.services.worker import work_due
from tests import factories
from tests.campaigns.test_linkage import open_the_box
from tests.campaigns.under_way import (
    ONLINE,
    PAPERS,
    TABLET,
    UnderWay,
    a_round_under_way,
    person,
    settled,
    somebody,
    vote,
)
from tests.signing_in import sign_in
from tests.voters import a_voting_round
from tests.web.test_secrecy import SECTIONS

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
#: The numbers that `under_way` tells, their shares of the ballots and of the marks: nothing else comes to them.
TELLING = re.compile(
    rb"(?<![\w.,:/\xa3-])(?:37|29|78|90[.,]2\d?|70[.,]7\d?|47[.,]4\d?|37[.,]2\d?|90 ?%|71 ?%|47 ?%)(?![\w-]|[.,:]\d)"
)
#: Random letters, keys, addresses of styles, QR codes and names that tests number: any number may stand there.
CHANCE = re.compile(
    rb'name="(?:csrf_token|nonce|offer)"[^>]*>|[?&;][vn]=[\w-]+|"(?:nonce|roundKey|onlineKey)": ?"[^"]*"|sha256-[\w+/=]+|'
    rb'<svg class="yd-qr".*?</svg>|\b(?:Person|You Decide|Ward|Batch|Street) \d+',
    re.DOTALL,
)
#: What is sealed, or a key, in letters and figures.
SEALED = re.compile(rb"[\w+/=-]{40,}")
#: Doors that show no round: signing out, styles, and pictures made from a bid's number alone.
ELSEWHERE = {"static", "accounts.sign_out", "information.picture"}
#: Doors that open to nobody while people vote, or only send them elsewhere; every other must have been read behind.
CLOSED = [
    "accounts.choose_password",
    "accounts.confirm_address",
    "accounts.second_factor",
    "accounts.step_up",
    "groups_bids.check",
    "groups_offers.show",
    "groups_sections.edit",
    "information.council_logo",
    "members_decisions.agree",
    "members_decisions.decide_project",
    "members_decisions.interest",
    "members_decisions.overview",
    "members_decisions.project",
    "members_decisions.publish",
    "members_support.add",
    "officers_assessments.questions",
    "officers_box.opening",
    "officers_cancelling.confirm",
    "officers_counts.answer",
    "officers_counts.certifying",
    "officers_counts.lot",
    "officers_counts.offer",
    "officers_invited.check",
    "officers_invited.columns",
    "officers_invited.person",
    "officers_key_holders.passphrase",
    "officers_key_holders.rehearsal",
    "officers_keying.code",
    "officers_kiosks.late",
    "officers_lock.confirm",
    "officers_papers.file",
    "officers_postal.labels",
    "officers_publications.preview",
    "officers_publications.release_result",
    "officers_reveal.sheet",
    "officers_rounds.cancel",
    "officers_rounds.open_for_bids",
    "officers_withdrawals.confirm",
    "public_counts.how_it_was_counted",
    "public_downloads.ballots",
    "public_downloads.edition",
    "public_downloads.record",
    "public_downloads.scores",
    "public_downloads.table",
    "public_news.confirm",
    "public_other_rules.other_rules",
    "public_packages.check_round",
    "public_packages.edition",
    "public_packages.package",
    "public_questions.asked",
    "public_result_poster.poster",
    "public_results.print_sheet",
    "public_results.project",
    "public_results.summary",
    "public_stations.short",
    "public_support.offer",
    "public_support.offered",
    "stations_days.begin",
    "voting_online.start_again",
]
#: Everybody with one role alone; in short, a resident, a group, and somebody with every role of the council.
COUNCIL = tuple(role for role in Role if role != Role.GROUP_CONTACT)
ROLES: list[tuple[Role, ...]] = [(), *((role,) for role in Role)] if FULL else [(), (Role.GROUP_CONTACT,), COUNCIL]
#: What lists are asked for besides their first page: files, and other orders that might tell something.
MORE = (
    ("", *(urlencode(each) for each in ({"format": "csv"}, {"sort": "-votes"}, {"page": "1", "q": "Hall"})))
    if FULL
    else ("",)
)


def addresses(app: Flask, under_way: UnderWay) -> dict[str, set[str]]:
    """The addresses of every page and file by its door, about this round where it is about a round."""
    the_round = under_way.round
    first = projects_of(the_round.id)[0]
    [claim] = held_claims(the_round.id, by=factories.an_officer())
    known = {
        "slug": the_round.slug,
        "key": first.key,
        "pot": first.pot.key,
        "reference": first.key,
        "number": len(PAPERS) + 1,
        "entry_id": claim.id,
        "name": "envelopes",
        "station_id": under_way.station.id,
    }
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ELSEWHERE:
            for section in SECTIONS if "section" in rule.arguments else ("",):
                found.setdefault(rule.endpoint, set()).add(_address(rule, {**known, "section": section}))
    return found


def _address(rule: Rule, known: dict[str, object]) -> str:
    """The address of a door; what is not known of it is the first of its kind."""
    built = rule.build({name: known.get(name, 1) for name in rule.arguments})
    assert built is not None, rule
    return built[1]


def got(client: FlaskClient, address: str) -> TestResponse:
    """The answer to somebody's request, which has a context of its own."""
    with client.application.app_context():
        return client.get(address)


def words_of(answer: TestResponse) -> bytes:
    """What can be read in an answer, headers and all; of a PDF its text, of a zip file the files in it."""
    content = answer.get_data()
    if content.startswith(b"%PDF"):
        content = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    elif content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as files:
            content = b"\n".join(files.read(name) for name in files.namelist())
    return content + str(answer.headers.getlist("ETag")).encode()


def telling(content: bytes) -> list[bytes]:
    """The numbers in it that follow from what people chose."""
    return TELLING.findall(CHANCE.sub(b"", content))


def test_no_door_tells_any_role_a_number_that_follows_from_choices(
    app: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    under_way = a_round_under_way()
    asked = addresses(app, under_way)
    reference = projects_of(under_way.round.id)[0].key
    found: dict[tuple[str, str], list[bytes]] = {}
    read = set()
    for roles in ROLES:
        client = FlaskClient(app, app.response_class)
        actor = somebody(under_way, roles, reference)
        if actor is not None:
            sign_in(client, actor)  # type: ignore[arg-type]
        for door, address in ((door, each) for door, those in asked.items() for each in sorted(those)):
            for more in MORE:
                answer = got(client, f"{address}?{more}" if more else address)
                if answer.status_code == 200:
                    read.add(door)
                told = telling(words_of(answer))
                if told:
                    found[f"{' '.join(roles) or 'resident'}", address] = told
    deliver_due()
    work_due()
    assert found == {}
    assert set(asked) - read == set(CLOSED), "a door that nobody has read behind"
    assert telling(caplog.text.encode()) == []
    assert telling("".join(capfd.readouterr()).encode()) == []
    assert told_by_tables() == {}
    assert told_by_letters() == []
    count(under_way)
    lead = app.test_client()
    sign_in(lead, factories.an_account(Role.COUNT_LEAD))  # type: ignore[arg-type]
    counts = sorted(each for door, those in asked.items() if door.startswith("officers_counts") for each in those)
    assert any(telling(words_of(got(lead, address))) for address in counts)


def test_no_letter_to_voters_tells_a_number_that_follows_from_choices(app: Flask) -> None:
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}}, policy=Policy.CONTACT)
    for number, titles in enumerate([*ONLINE, *PAPERS, *TABLET]):
        vote(the_round, titles, Claim(declaration=person(number), contact=f"{secrets.token_hex(8)}@a.org", proven=True))
    late = Claim(declaration=person(99), contact="late@example.org")
    send_code(voting_round(the_round.slug), late, make_nonce(secrets.token_bytes(NONCE_BYTES)), address="127.0.0.1")
    [pond] = [each for each in projects_of(the_round.id) if each.title == "Pond"]
    ask_withdrawal(pond.id, "The land is sold.", by=factories.owner_of(the_round))
    confirm_withdrawal(pond.id, sha256=withdrawal_digest(pond), by=factories.someone(Role.APPROVER))
    ask_cards(the_round.id, BatchWanted(2, "Library"), by=factories.owner_of(the_round))
    deliver_due()
    work_due()
    written = Counter(each.kind for each in opened_messages())
    assert (written["one_time_code"], written["project_left"]) == (1, len([*ONLINE, *PAPERS, *TABLET]))
    assert told_by_letters() == []
    assert told_by_tables() == {}


def told_by_tables() -> dict[str, list[bytes]]:
    """What every table tells, but for the keys of its rows and for what is sealed, random or a digest."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        plain = [each for each in table.columns if not (each.primary_key or each.foreign_keys)]
        columns = [each for each in plain if not isinstance(each.type, LargeBinary)]
        rows = db.session.execute(select(*columns)).all() if columns else []
        found[table.name] = telling(SEALED.sub(b"", repr(list(map(tuple, rows))).encode()))
    return {name: told for name, told in found.items() if told}


def told_by_letters() -> list[bytes]:
    """What the letters and texts say that wait to be sent, sealed as they are, or were sent to people."""
    words = [each.letter.subject + each.letter.text for each in opened_messages()]
    words += [each.text for each in opened_texts()]
    assert words, "there are letters to look into"
    return telling("\n".join(words).encode())


def count(under_way: UnderWay) -> None:
    """Close, open and count it; then such numbers can be read, which proves that they would have been seen."""
    settled(under_way)
    open_the_box(under_way.round)
    record_count(under_way.round.id, by=factories.someone(Role.COUNT_LEAD))
