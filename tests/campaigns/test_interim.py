"""While people vote, nobody learns how the vote stands: not by a page, a file, a feed, a letter or the log, in any role."""

from __future__ import annotations

import secrets
from collections import Counter
from itertools import product
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from pb.core.actors import Role
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.models.rounds import Policy
from pb.services.cards import ask_cards
from pb.services.codes import BatchWanted
from pb.services.contacts import send_code
from pb.services.counts import record_count
from pb.services.delivery import deliver_due
from pb.services.duplicates import held_claims
from pb.services.elections import projects_of
from pb.services.outbox import opened_messages
from pb.services.rights import Claim
from pb.services.voting import voting_round
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from pb.services.worker import work_due
from tests import factories
from tests.campaigns.further import further
from tests.campaigns.pressing import put_back
from tests.campaigns.telling import Watch, telling, told_by_letters, told_by_tables, words_of
from tests.campaigns.test_linkage import open_the_box
from tests.campaigns.under_way import (
    ONLINE,
    PAPERS,
    TABLET,
    UnderWay,
    a_round_under_way,
    person,
    settled,
    vote,
)
from tests.campaigns.visiting import FULL, got, knocks, visitor
from tests.keeping import Copy, as_it_stands
from tests.signing_in import sign_in
from tests.voters import a_voting_round
from tests.web.test_secrecy import SECTIONS

pytestmark = pytest.mark.campaign

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
#: Doors whose form stands on no page while people vote, and why; each is knocked at all the same.
SHUT = {
    "a round that takes bids, or is set up": [
        "groups_bids.check",
        "groups_bids.start",
        "groups_sections.edit",
        "officers_assessments.answer",
        "officers_assessments.questions",
        "officers_assessments.send",
        "officers_assessments.take_back",
        "officers_checks.answer",
        "officers_checks.confirm",
        "officers_checks.refuse",
        "officers_checks.run",
        "officers_event_days.order",
        "officers_key_holders.index",
        "officers_key_holders.passphrase",
        "officers_key_holders.rehearsal",
        "officers_key_holders.release",
        "officers_lock.ask",
        "officers_lock.confirm",
        "officers_rehearsals.index",
        "officers_rounds.cancel",
        "officers_rounds.open_for_bids",
        "officers_rounds.start",
        "public_questions.ask",
        "public_support.offer",
    ],
    "voting is over": [
        "groups_offers.show",
        "groups_support.agree",
        "members_decisions.agree",
        "members_decisions.decide_project",
        "members_decisions.interest",
        "members_decisions.publish",
        "members_support.add",
        "officers_box.confirm",
        "officers_box.explain",
        "officers_box.freeze",
        "officers_box.opening",
        "officers_counts.answer",
        "officers_counts.certifying",
        "officers_counts.first",
        "officers_counts.lot",
        "officers_counts.offer",
        "officers_publications.answered",
        "officers_publications.ask",
        "officers_publications.release_result",
        "officers_reveal.answer",
        "officers_reveal.begin",
        "officers_reveal.end",
        "officers_reveal.lot",
        "officers_reveal.step",
        "officers_scrutiny.ballots",
        "officers_scrutiny.give_up",
        "officers_scrutiny.key",
        "officers_scrutiny.reveal",
        "officers_scrutiny.seal",
    ],
    "a round that asks people for a contact, or invites them: tests below": [
        "officers_invited.check",
        "officers_invited.columns",
        "officers_invited.drop",
        "officers_invited.emails",
        "officers_invited.index",
        "officers_invited.letters",
        "officers_invited.person",
        "officers_invited.put_back",
        "officers_invited.withdraw",
        "officers_invited.withdraw_batch",
        "voting_online.contact",
    ],
    "something that waits for somebody else's deed": [
        "accounts.step_up",
        "officers_accounts.end_sessions",
        "officers_accounts.reset_second_step",
        "officers_cards.again",
        "officers_cards.file",  # where a press of another way leads to it
        "officers_cards.kept",
        "officers_keying.code",
        "officers_postal.sent",
        "public_news.confirm",
        "stations_days.begin",
    ],
}
#: Everybody with one role alone; in short, a resident, a group, and somebody with every role of the council.
COUNCIL = tuple(role for role in Role if role != Role.GROUP_CONTACT)
ROLES: list[tuple[Role, ...]] = [(), *((role,) for role in Role)] if FULL else [(), (Role.GROUP_CONTACT,), COUNCIL]
#: What lists are asked for besides their first page: files, and other orders that might tell something.
MORE = (
    ("", *(urlencode(each) for each in ({"format": "csv"}, {"sort": "-votes"}, {"page": "1", "q": "Hall"})))
    if FULL
    else ("",)
)


def addresses(app: Flask, under_way: UnderWay, method: str = "GET") -> dict[str, set[str]]:
    """The addresses of every page and file, or form, by its door, about this round where it is about a round."""
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
        if method in (rule.methods or ()) and rule.endpoint not in ELSEWHERE:
            for section in SECTIONS if "section" in rule.arguments else ("",):
                found.setdefault(rule.endpoint, set()).add(_address(rule, {**known, "section": section}))
    return found


def _address(rule: Rule, known: dict[str, object]) -> str:
    """The address of a door; what is not known of it is the first of its kind."""
    built = rule.build({name: known.get(name, 1) for name in rule.arguments})
    assert built is not None, rule
    return built[1]


def test_no_door_tells_any_role_a_number_that_follows_from_choices(
    app: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither where somebody reads, nor where they press a form that is there."""
    watch, under_way = Watch(caplog, capfd, tables=1 if FULL else 0.1), a_round_under_way()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    asked, doors = addresses(app, under_way), addresses(app, under_way, "POST")
    sign_in(FlaskClient(app, app.response_class), under_way.officer)  # type: ignore[arg-type]
    visitors = [visitor(app, under_way, roles, watch) for roles in ROLES]
    read = {
        door
        for each in visitors
        for door, those in asked.items()
        for address, more in product(sorted(those), MORE)
        if each.read(door, f"{address}?{more}" if more else address)
    }
    deliver_due()
    work_due()
    assert opened_messages(), "there are letters to look into"
    watch.tables("reading")
    watch.around("reading", got(visitors[0].presser.client, "/"))
    assert watch.found == {}
    assert set(asked) - read == set(CLOSED), "a door that nobody has read behind"
    begun = as_it_stands((under_way.round, under_way.station, under_way.papers))
    go_back_to(begun, under_way)
    more = further(under_way)
    for each in visitors:
        each.presser.press_all(each.forms)
        each.forms.clear()
        for address in more.pages:
            each.read("further", address)
        each.presser.press_all(each.forms)
        each.presser.send(more.sent)
    pressed = {door for each in visitors for door in each.presser.answered}
    taken = {door for each in visitors for door in each.presser.taken}
    for each in visitors:
        each.presser.send(knocks(doors, pressed))
    assert (watch.found, watch.faults) == ({}, [])
    assert set(doors) - pressed <= {door for shut in SHUT.values() for door in shut}, "a form that nobody has pressed"
    assert len(taken) > 70, "what is sent is what the forms ask for"
    go_back_to(begun, under_way)
    count(under_way)
    lead = app.test_client()
    sign_in(lead, factories.an_account(Role.COUNT_LEAD))  # type: ignore[arg-type]
    counts = sorted(each for door, those in asked.items() if door.startswith("officers_counts") for each in those)
    assert any(telling(words_of(got(lead, address))) for address in counts)


def go_back_to(begun: Copy, under_way: UnderWay) -> None:
    """Have the round again as it was then."""
    under_way.round, under_way.station, under_way.papers = put_back(begun)


def test_no_letter_to_voters_tells_a_number_that_follows_from_choices(app: Flask) -> None:
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}}, policy=Policy.CONTACT)
    for number, titles in enumerate([*ONLINE, *PAPERS, *TABLET]):
        vote(
            the_round, titles, Claim(declaration=person(number), contact=f"me@{secrets.token_hex(8)}.org", proven=True)
        )
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


def count(under_way: UnderWay) -> None:
    """Close, open and count it; then such numbers can be read, which proves that they would have been seen."""
    settled(under_way)
    open_the_box(under_way.round)
    record_count(under_way.round.id, by=factories.someone(Role.COUNT_LEAD))
