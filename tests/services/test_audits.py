"""Audit cards in a real box: nobody knows them before it is frozen, and none of them is counted."""

from __future__ import annotations

import io
import json
import secrets
import zipfile

import pytest

from pb.core.actors import Role
from pb.core.audit import fingerprint
from pb.core.canonical import words
from pb.core.checking.report import HELD, examine
from pb.core.errors import NotAllowed, Refusal
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.reconciliation import imbalances
from pb.models.envelopes import Envelope
from pb.models.rounds import Policy, Round
from pb.services.audits import audit_of, give_up_audit, register_audit, reveal_audit
from pb.services.casting import Marked, cast
from pb.services.codes import make_codes, slots_of
from pb.services.counts import certify, record_count
from pb.services.elections import projects_of
from pb.services.handing_out import hand_over
from pb.services.ledger import events_of_round
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.packages import content_of_package, package_of
from pb.services.pots import PotEntry
from pb.services.publication import publication_of
from pb.services.reconciliation import numbers_of, opening_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.deciding import a_member, agreed_and_published
from tests.factories import BALLOTS, an_area, an_open_round, cast_ballots, make_ballot, owner_of, someone, turn_to
from tests.stations import a_station, cards_at, closed, on_rota, opened
from tests.voters import SAM, a_paper, a_voting_round

pytestmark = pytest.mark.usefixtures("app")


def a_round_with_ballots() -> tuple[Round, int]:
    """An open round of one ward's pot with five ballots in its box, and the ward."""
    area = an_area()
    pots = [PotEntry("Northfield", 1_000_000, area_id=area.id)]
    the_round = an_open_round(areas=[area], pots=pots, policy=Policy.CODE)
    cast_ballots(the_round, BALLOTS)
    return the_round, area.id


def cast_one(the_round: Round, area_id: int, code: str, *titles: str) -> None:
    nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
    cast(Marked(the_round.id, 1, make_ballot(the_round, *titles), nonce), Claim(code=code, area_id=area_id))


def close(the_round: Round, clock: TurningClock) -> None:
    turn_to(the_round.voting_closes_at)
    clock.turn(minutes=the_round.grace_minutes)


def open_it(the_round: Round) -> None:
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    open_box(the_round.id, by=someone(Role.COUNT_LEAD))


def refused(deed: object) -> str:
    with pytest.raises(Refusal) as found:
        deed()  # type: ignore[operator]
    return found.value.code


def test_audit_cards_are_compared_card_by_card_published_and_never_counted(clock: TurningClock) -> None:
    the_round, ward = a_round_with_ballots()
    scrutineer = someone(Role.SCRUTINY)
    codes = make_codes(the_round.id, by=owner_of(the_round), count=4, name="Audit").codes
    number = {each.title: each.number for each in projects_of(the_round.id)}
    plans = [("Pond",), ("Pond", "Bench"), ("Hall",), ("Hall",)]
    listed = "".join(
        f"{code} {' '.join(f'{number[title]}=x' for title in titles)}\n"
        for code, titles in zip(codes, plans, strict=True)
    ).encode()
    with pytest.raises(NotAllowed):
        register_audit(the_round.id, fingerprint(listed), 4, by=owner_of(the_round))
    register_audit(the_round.id, fingerprint(listed), 4, by=scrutineer)
    assert refused(lambda: register_audit(the_round.id, "0" * 64, 4, by=scrutineer)) == "registered_already"
    for code, titles in zip(codes[:3], [("Pond",), ("Pond", "Bench"), ("Bench",)], strict=True):
        cast_one(the_round, ward, code, *titles)  # the third is not what was planned: as if it had been altered
    spoil_seal_of(the_round, codes[1])

    close(the_round, clock)
    assert refused(lambda: reveal_audit(the_round.id, listed, by=scrutineer)) == "not_frozen"
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused(lambda: open_it(the_round)) == "audit_not_revealed"
    assert refused(lambda: reveal_audit(the_round.id, listed + b"#", by=scrutineer)) == "other_list"
    reveal_audit(the_round.id, listed, by=scrutineer)
    open_box(the_round.id, by=someone(Role.COUNT_LEAD))

    opening, audit = opening_of(the_round.id), audit_of(the_round.id)
    assert opening is not None
    assert audit is not None
    assert (opening.envelopes, opening.valid, opening.invalid) == (8, 5, {})
    assert audit.found["counts"] == {"alike": 1, "different": 1, "unreadable": 1, "missing": 1}
    assert [each["found"] for each in audit.found["cards"]] == ["alike", "unreadable", "different", "missing"]
    assert imbalances(numbers_of(find_round(the_round.slug))) == []

    record_count(the_round.id, by=someone(Role.COUNT_LEAD))
    certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    agreed_and_published(the_round, a_member(ward))
    publication = publication_of(the_round.id)
    assert publication is not None
    votes = {each["title"]: each["votes"] for each in publication.content["pots"][0]["projects"]}
    assert votes == {"Hall": 4, "Bench": 3, "Pond": 2}  # of the five ballots alone
    package = package_of(publication)
    data = b"".join(content_of_package(package))
    report = examine(data, words(package.sha256))
    assert report.holds, report.notes
    assert report.states["numbers"] == HELD
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        assert files.read("audit-cards.txt") == listed
        manifest = json.loads(files.read("manifest.json"))
    assert manifest["opening"]["audit"] == 3
    assert [event.kind for event in events_of_round(the_round.id, ("audit_registered", "audit_revealed"))] == [
        "audit_registered",
        "audit_revealed",
    ]


def spoil_seal_of(the_round: Round, code: str) -> None:
    """Change one sealed envelope behind everybody's back."""
    (slot,) = slots_of(the_round.id, [code])
    with transaction() as session:
        envelope = session.query(Envelope).filter_by(slot=slot).one()
        assert envelope.sealed
        envelope.sealed = envelope.sealed[:-1] + bytes([envelope.sealed[-1] ^ 1])


def test_without_its_list_an_audit_is_given_up_for_a_reason_and_its_ballots_count(clock: TurningClock) -> None:
    the_round, ward = a_round_with_ballots()
    (code,) = make_codes(the_round.id, by=owner_of(the_round), count=1, name="Audit").codes
    register_audit(the_round.id, fingerprint(b"lost"), 1, by=someone(Role.SCRUTINY))
    cast_one(the_round, ward, code, "Pond")
    close(the_round, clock)
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    with pytest.raises(NotAllowed):
        give_up_audit(the_round.id, "The list is lost.", by=owner_of(the_round))
    approver = someone(Role.APPROVER)
    assert refused(lambda: give_up_audit(the_round.id, " ", by=approver)) == "reason_missing"
    assert refused(lambda: give_up_audit(the_round.id, "x" * 501, by=approver)) == "reason_long"
    give_up_audit(the_round.id, "The list is lost.", by=approver)
    open_it(the_round)
    opening = opening_of(the_round.id)
    assert opening is not None
    assert (opening.valid, opening.account["audit"]) == (6, {})


def test_no_list_shows_how_somebody_voted_whose_code_is_on_no_card(clock: TurningClock) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED, allow_change=True)
    code = cast(a_paper(the_round), Claim("", SAM)).change_code  # Sam sells it to a scrutineer
    listed, scrutineer = f"{code} 1=x\n".encode(), someone(Role.SCRUTINY)
    register_audit(the_round.id, fingerprint(listed), 1, by=scrutineer)
    close(the_round, clock)
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused(lambda: reveal_audit(the_round.id, listed, by=scrutineer)) == "not_a_card"


def test_an_audit_card_of_a_stack_that_stewards_give_out_puts_no_line_of_the_account_out(clock: TurningClock) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    station = a_station(the_round)
    cards = cards_at(the_round, station, 5, by_steward=True)
    one, other = on_rota(the_round, station), on_rota(the_round, station)
    opened(station, one, other)
    hand_over(station.id, SAM, by=one)
    cast(a_paper(the_round, "A"), Claim(cards.codes[0]))
    listed, scrutineer = f"{cards.codes[1]} 1=x\n".encode(), someone(Role.SCRUTINY)  # drawn, and given by nobody
    register_audit(the_round.id, fingerprint(listed), 1, by=scrutineer)
    cast(a_paper(the_round, "B"), Claim(cards.codes[1]))
    closed(station, one, other, cards={cards.batch_id: 3}, explanation="One card is gone.")
    close(the_round, clock)
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))

    def out() -> list[tuple[str, int]]:
        return [(each.key, each.difference) for each in imbalances(numbers_of(find_round(the_round.slug)))]

    assert out() == [("cards_handed_out", -1)]  # a card was used that no steward gave to anybody
    reveal_audit(the_round.id, listed, by=scrutineer)
    assert out() == []
