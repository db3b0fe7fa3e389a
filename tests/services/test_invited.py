"""People who are invited: kept from a list, one right each by whatever way, struck off, and sent another code."""

from __future__ import annotations

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.codes import print_form, slot
from pb.core.errors import NotFound, Refusal, Refusals
from pb.core.reconciliation import imbalances
from pb.extensions import Base, db, present
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.envelopes import Envelope
from pb.models.roll import ListDraft, RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services import invited
from pb.services.casting import cast
from pb.services.invitation_lists import check_draft, draft_of, drop_draft, keep_draft, keep_list, map_columns
from pb.services.ledger import events_of_round
from pb.services.opening import freeze_box
from pb.services.outbox import opened_messages
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.sealed_fields import open_field
from pb.services.spreadsheets import read_table
from tests import factories
from tests.conftest import TurningClock
from tests.voters import PEOPLE, SAM, a_paper, a_voting_round, as_csv, codes_for, invitation_codes, invite, two_wards


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round(policy=Policy.INVITED)


def refusal_of(deed: object) -> str:
    with pytest.raises(Refusal) as refused:
        deed()  # type: ignore[operator]
    return refused.value.code


def person_named(the_round: Round, name: str) -> invited.OnList:
    (found,) = invited.find_people(the_round.id, name)
    return found


def another_round(policy: Policy = Policy.INVITED) -> Round:
    """A second round, as if it had been set up beside the first."""
    factories.turn_to(factories.DATES.bids_open_at)
    return a_voting_round(policy=policy)


def check(the_round: Round, people: list[dict[str, str]]) -> object:
    keep_draft(the_round.id, read_table("list.csv", as_csv(people)), by=factories.owner_of(the_round))
    return check_draft(the_round, draft_of(the_round.id))


def test_a_list_becomes_the_roll_with_names_sealed(the_round: Round) -> None:
    assert invite(the_round) == 3
    entries = db.session.scalars(select(RollEntry)).all()
    assert {entry.state for entry in entries} == {RollState.ELIGIBLE}
    stored = repr(db.session.execute(select(RollEntry.__table__)).all())
    assert not any(word in stored for word in ("Okafor", "EX1", "Quay", "example.org"))
    sam = person_named(the_round, "okafor quay")
    assert (sam.name, sam.address, sam.email, sam.has_code) == (
        "Sam Okafor",
        ("1 Quay Street",),
        "sam@example.org",
        False,
    )


def test_uploading_keeps_nothing_on_the_roll_until_it_is_said_so(the_round: Round) -> None:
    checked = check(the_round, PEOPLE)
    assert (len(checked.new), checked.there, checked.faults) == (3, 0, ())  # type: ignore[attr-defined]
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0
    draft = db.session.scalars(select(ListDraft)).one()
    assert b"Okafor" not in draft.sealed
    drop_draft(the_round.id, by=factories.owner_of(the_round))
    assert refusal_of(lambda: draft_of(the_round.id)) == "no_draft"


def test_the_same_list_again_adds_only_new_people(the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round)
    more = [*PEOPLE, {"Name": "Ann Reed", "Postcode": "EX1 1AE", "Address": "", "E-mail": ""}]
    assert invite(the_round, more) == 1
    assert person_named(the_round, "Sam").has_code
    assert list(invitation_codes(the_round)) == ["Ann Reed"]
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))


def born(name: str, year: str) -> dict[str, str]:
    """A line of a list that has a column for the year of birth."""
    return {"Name": name, "Postcode": "EX1 1AB", "Year of birth": year}


def test_a_year_of_birth_that_one_list_leaves_out_gives_nobody_a_second_code(the_round: Round) -> None:
    invite(the_round, [born("Sam Okafor", ""), born("Ann Reed", "1990"), born("Kim Vale", "1950")])
    people = [born("Sam Okafor", "1984"), born("Ann Reed", ""), born("Kim Vale", "1980"), born("Kim Vale", "")]
    told = [(each.line, each.fault.code) for each in check(the_round, people).faults]  # type: ignore[attr-defined]
    assert told == [(2, "perhaps_there"), (3, "perhaps_there"), (5, "twice")]
    owner = factories.owner_of(the_round)
    invited.strike_off(the_round.id, person_named(the_round, "Sam").id, "Father and son", by=owner)
    both = [born("Sam Okafor", "1984"), born("Sam Okafor", "1960")]
    assert check(the_round, both).faults == ()  # type: ignore[attr-defined]
    assert keep_list(the_round.id, sha256=draft_of(the_round.id).sha256, leave_out=False, by=owner) == 2


def test_every_error_is_told_with_its_line_before_anything_is_kept(the_round: Round) -> None:
    people = [
        *PEOPLE,
        {"Name": "", "Postcode": "EX1 1AB", "Address": "", "E-mail": ""},
        {"Name": "Bo Lee", "Postcode": "nowhere", "Address": "", "E-mail": ""},
        {"Name": "SAM OKAFOR", "Postcode": "ex11ab", "Address": "", "E-mail": ""},
        {"Name": "Bo Lee", "Postcode": "EX1 1AB", "Address": "", "E-mail": "bo@"},
    ]
    checked = check(the_round, people)
    told = [(each.line, each.fault.code) for each in checked.faults]  # type: ignore[attr-defined]
    assert told == [(5, "name_missing"), (6, "postcode_shape"), (7, "twice"), (8, "email_shape")]
    owner = factories.owner_of(the_round)
    assert (
        refusal_of(lambda: keep_list(the_round.id, sha256=draft_of(the_round.id).sha256, leave_out=False, by=owner))
        == "list_faulty"
    )
    assert keep_list(the_round.id, sha256=draft_of(the_round.id).sha256, leave_out=True, by=owner) == 3


def test_columns_are_said_by_the_officer_where_headings_say_nothing(the_round: Round) -> None:
    owner = factories.owner_of(the_round)
    keep_draft(the_round.id, read_table("list.csv", b"A,B,C\nSam,Okafor,EX1 1AB\n"), by=owner)
    for mapping in ({}, {"name": 0, "postcode": 9}, {"name": 0, "postcode": -1}):
        with pytest.raises(Refusals):
            map_columns(the_round.id, mapping, by=owner)
    map_columns(the_round.id, {"first_name": 0, "last_name": 1, "postcode": 2}, by=owner)
    assert keep_list(the_round.id, sha256=draft_of(the_round.id).sha256, leave_out=False, by=owner) == 1
    assert person_named(the_round, "sam").name == "Sam Okafor"


def test_people_belong_to_the_ward_of_their_postcode_or_of_their_line(app: Flask) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    one = {"ballot_settings": {"most": 1}}
    the_round = a_voting_round(policy=Policy.INVITED, areas=areas, pots=pots, bids=bids, vote=one)
    outside = {"Name": "Bo Lee", "Postcode": "SW1A 1AA", "Address": "", "E-mail": ""}
    checked = check(the_round, [*PEOPLE, outside])
    assert [each.fault.code for each in checked.faults] == ["postcode_outside"]  # type: ignore[attr-defined]
    wards = [{**person, "Ward": areas[1].name.upper()} for person in [*PEOPLE, outside]]
    assert check(the_round, wards).faults == ()  # type: ignore[attr-defined]
    assert check(the_round, [{**outside, "Ward": "Atlantis"}]).faults[0].fault.code == "area_unknown"  # type: ignore[attr-defined]
    invite(the_round)
    invitation_codes(the_round)
    areas_of = {batch.area_id for batch in db.session.scalars(select(CodeBatch))}
    assert areas_of == {area.id for area in areas}


def test_a_code_of_the_list_is_the_whole_check_and_works_once(the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round)
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    assert refusal_of(lambda: cast(a_paper(the_round, "B"), Claim(codes["Sam Okafor"]))) == "code_used"
    assert refusal_of(lambda: cast(a_paper(the_round, "C"), Claim(declaration=SAM))) == "code_missing"


def test_codes_that_belong_to_nobody_on_the_list_do_not_count(the_round: Round) -> None:
    card = codes_for(the_round)[0]
    assert refusal_of(lambda: cast(a_paper(the_round), Claim(card))) == "code_not_invited"


def test_the_roll_does_not_say_who_has_voted_and_nothing_joins_a_person_to_a_code(the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round)
    before = {row.id: tuple(row) for row in db.session.execute(select(RollEntry.__table__))}
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    db.session.rollback()
    assert {row.id: tuple(row) for row in db.session.execute(select(RollEntry.__table__))} == before
    stored = repr(list(before.values()))
    slots = [slot(present.secrets.code_key, the_round.id, code) for code in codes.values()]
    assert not any(each.hex() in stored or repr(each) in stored for each in slots)


def test_plain_codes_are_in_the_answer_and_nowhere_else(the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round).values()
    stored = "".join(repr(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)))
    assert not any(code in stored for code in codes)
    assert {batch.declarer for batch in db.session.scalars(select(CodeBatch))} == {Declarer.LIST}
    assert refusal_of(lambda: invitation_codes(the_round)) == "nobody_waits"


def test_codes_leave_by_e_mail_for_those_who_have_an_address_and_by_post_for_the_rest(the_round: Round) -> None:
    invite(the_round)
    owner = factories.owner_of(the_round)
    assert invited.send_codes(the_round.id, by=owner) == 1
    (message,) = opened_messages("sam@example.org")
    (letter, other) = invited.make_letters(the_round.id, by_post_to_all=False, by=owner)
    assert {letter.person.name, other.person.name} == {"Kim Vale", "Zoë Wyn"}
    assert print_form(letter.code) not in message.letter.text
    code = message.letter.text.split("/c#")[1].split()[0]
    assert print_form(code) in message.letter.text
    cast(a_paper(the_round), Claim(code))


def test_somebody_struck_off_cannot_vote_any_more(the_round: Round) -> None:
    invite(the_round)
    codes, owner = invitation_codes(the_round), factories.owner_of(the_round)
    invited.strike_off(the_round.id, person_named(the_round, "Sam").id, "Moved  away.", by=owner)
    assert refusal_of(lambda: cast(a_paper(the_round), Claim(codes["Sam Okafor"]))) == "code_void"
    sam = person_named(the_round, "Sam")
    assert (sam.struck, sam.reason, sam.has_code) == (True, "Moved away.", False)
    (event,) = events_of_round(the_round.id, ("person_struck_off",))
    assert event.facts == {"reason": "Moved away."}
    assert invite(the_round) == 0
    assert refusal_of(lambda: invitation_codes(the_round)) == "nobody_waits"
    invited.put_back(the_round.id, sam.id, by=owner)
    cast(a_paper(the_round), Claim(invitation_codes(the_round)["Sam Okafor"]))


def test_a_ballot_in_the_box_is_not_taken_out_by_striking_off(the_round: Round) -> None:
    invite(the_round)
    codes, owner, sam = invitation_codes(the_round), factories.owner_of(the_round), person_named(the_round, "Sam").id
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    assert refusal_of(lambda: invited.strike_off(the_round.id, sam, "Moved away.", by=owner)) == "code_used"
    assert refusal_of(lambda: invited.withdraw_code(the_round.id, sam, by=owner)) == "code_used"
    assert not person_named(the_round, "Sam").struck


def test_a_lost_letter_is_replaced_and_its_code_is_worthless(the_round: Round) -> None:
    invite(the_round)
    old, owner = invitation_codes(the_round)["Sam Okafor"], factories.owner_of(the_round)
    sam = person_named(the_round, "Sam").id
    invited.withdraw_code(the_round.id, sam, by=owner)
    assert refusal_of(lambda: invited.withdraw_code(the_round.id, sam, by=owner)) == "no_code"
    new = invitation_codes(the_round)["Sam Okafor"]
    assert refusal_of(lambda: cast(a_paper(the_round), Claim(old))) == "code_void"
    cast(a_paper(the_round), Claim(new))


def test_a_file_of_letters_that_was_lost_is_made_again_for_those_who_have_not_voted(the_round: Round) -> None:
    invite(the_round)
    codes, owner = invitation_codes(the_round), factories.owner_of(the_round)
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    ((batch, _name, unused),) = invited.unused_letters(the_round.id)
    assert unused == 2
    assert invited.withdraw_unused(the_round.id, batch, by=owner) == 2
    assert imbalances(numbers_of(the_round)) == []
    assert set(invitation_codes(the_round)) == {"Kim Vale", "Zoë Wyn"}
    states = sorted(code.state for code in db.session.scalars(select(Code)))
    assert states == [CodeState.UNUSED] * 2 + [CodeState.USED] + [CodeState.VOID] * 2
    assert refusal_of(lambda: invited.withdraw_unused(the_round.id, batch, by=owner)) == "no_batch"


def test_an_invited_vote_is_changed_by_its_own_code_where_the_round_allows_it(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.INVITED, vote={"ballot_settings": {"most": 2}, "allow_change": True})
    invite(the_round)
    code = invitation_codes(the_round)["Sam Okafor"]
    assert cast(a_paper(the_round), Claim(code)).change_code == ""
    first = db.session.scalars(select(Envelope)).one()
    assert cast(a_paper(the_round, "B"), Claim(code, replaces=first.retry_tag)).changed
    assert db.session.scalar(select(func.count()).select_from(Envelope)) == 1


def test_the_account_of_the_box_does_not_take_the_list_for_voters(the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round)
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    numbers = numbers_of(find_round(the_round.slug))
    assert (numbers.people, numbers.code_alone, numbers.accepted) == (0, 1, 1)


def test_only_those_who_run_a_round_that_invites_keep_its_list(the_round: Round) -> None:
    table = read_table("list.csv", as_csv())
    stranger = factories.someone(Role.OFFICER)
    assert refusal_of(lambda: keep_draft(the_round.id, table, by=stranger)) == "not_your_round"
    other = another_round(Policy.DECLARED)
    assert refusal_of(lambda: keep_draft(other.id, table, by=factories.owner_of(other))) == "not_invited"
    with pytest.raises(NotFound):
        invited.person_on_list(the_round.id, "nobody")


def test_the_list_is_closed_with_the_vote(the_round: Round) -> None:
    invite(the_round)
    factories.turn_to(the_round.voting_closes_at)
    assert refusal_of(lambda: invitation_codes(the_round)) == "not_now"


def test_a_draft_that_nobody_kept_goes_with_the_next_after_a_day(the_round: Round, clock: TurningClock) -> None:
    keep_draft(the_round.id, read_table("list.csv", as_csv()), by=factories.owner_of(the_round))
    other = another_round()
    clock.turn(days=2)
    keep_draft(other.id, read_table("list.csv", as_csv()), by=factories.owner_of(other))
    assert db.session.scalars(select(ListDraft.round_id)).all() == [other.id]


@pytest.mark.parametrize("reason, code", [(" ", "reason_missing"), ("x" * 201, "reason_long")])
def test_striking_off_needs_a_short_reason(the_round: Round, reason: str, code: str) -> None:
    invite(the_round)
    sam, owner = person_named(the_round, "Sam").id, factories.owner_of(the_round)
    assert refusal_of(lambda: invited.strike_off(the_round.id, sam, reason, by=owner)) == code


def test_a_list_of_another_round_says_nothing_here(the_round: Round) -> None:
    other = another_round()
    invite(the_round)
    invite(other)
    codes = invitation_codes(other)
    assert refusal_of(lambda: cast(a_paper(the_round), Claim(codes["Sam Okafor"]))) == "code_other_round"
    assert invited.list_counts(the_round.id) == invited.ListCounts(3, 0, 0)


def test_freezing_the_box_forgets_whose_code_was_whose(the_round: Round) -> None:
    invite(the_round)
    codes = invitation_codes(the_round)
    cast(a_paper(the_round), Claim(codes["Sam Okafor"]))
    assert all("slot" in details for details in _kept())
    factories.turn_to(the_round.voting_closes_at)
    present_clock(minutes=3)
    freeze_box(the_round.id, by=factories.someone(Role.COUNT_LEAD))
    db.session.rollback()
    assert [set(details) for details in _kept()] == [{"name", "postcode", "year", "address", "email"}] * 3
    assert find_round(the_round.slug).sealed_root is not None


def _kept() -> list[dict[str, object]]:
    entries = db.session.scalars(select(RollEntry)).all()
    return [open_field(f"roll:{entry.id}", entry.sealed or b"") for entry in entries]


def present_clock(**by: float) -> None:
    """Turn the test's clock on."""
    current_app.extensions["test_clock"].turn(**by)


def test_letters_come_in_files_of_a_size_and_nobody_is_left_out(
    the_round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(the_round)
    monkeypatch.setattr(invited, "MOST_LETTERS", 2)
    first, second = invitation_codes(the_round), invitation_codes(the_round)
    assert (len(first), len(second), len(first | second)) == (2, 1, 3)
