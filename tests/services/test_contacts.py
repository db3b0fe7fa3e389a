"""Proving a contact: what is sent, what is believed, what is counted, and that nothing is kept before the cast."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.contacts import one_time_code, read_contact
from pb.core.eligibility import Declaration
from pb.core.errors import Refusal, Refusals
from pb.extensions import Base, db, present
from pb.models.envelopes import Envelope
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.contacts import MOST_IN_A_DAY, MOST_IN_AN_HOUR, MOST_TRIES, prove, send_code
from pb.services.duplicates import held_claims, settle
from pb.services.outbox import opened_messages, opened_texts
from pb.services.rights import Claim
from pb.services.sealed_fields import open_field
from pb.services.voting import VotingRound, voting_round_of
from tests import factories
from tests.conftest import TurningClock
from tests.racing import all_at_once
from tests.voters import SAM, a_paper, a_voting_round, codes_for

HERE = "192.0.2.7"
KIM = Declaration("Kim Vale", "EX1 1AB", 1990, "live", declared=True)


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round(policy=Policy.CONTACT)


def claim_of(contact: str, person: Declaration = SAM, **wanted: str) -> Claim:
    return Claim(declaration=person, contact=contact, **wanted)


def proven(contact: str, person: Declaration = SAM, **wanted: str) -> Claim:
    return replace(claim_of(contact, person, **wanted), proven=True)


def asked(the_round: Round) -> VotingRound:
    return voting_round_of(the_round.id)


def code_in(text: str) -> str:
    found = re.search(r"\b(\d{3} \d{3})\b", text)
    assert found, text
    return found[1]


def refusal_of(deed: object) -> str:
    with pytest.raises(Refusal) as refused:
        deed()  # type: ignore[operator]
    return refused.value.code


def people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(RollEntry)) or 0


def test_the_code_of_an_e_mail_proves_its_address(the_round: Round) -> None:
    claim = claim_of("sam@example.org")
    send_code(asked(the_round), claim, "n", address=HERE)
    (letter,) = opened_messages("sam@example.org")
    code = code_in(letter.letter.text)
    assert code in letter.letter.subject
    assert prove(asked(the_round), claim, "n", present.now(), code, address=HERE) == replace(claim, proven=True)


def test_the_code_of_a_text_proves_its_number(the_round: Round) -> None:
    claim = claim_of("07700 900 123")
    send_code(asked(the_round), claim, "n", address=HERE, language="cy")
    (text,) = opened_texts()
    assert text.to == "+447700900123"
    assert "yw eich cod" in text.text
    assert len(text.text) <= 306  # two parts of a text message
    assert prove(asked(the_round), claim, "n", present.now(), code_in(text.text), address=HERE).proven


def test_a_ballot_is_cast_only_with_a_proven_contact(the_round: Round) -> None:
    assert refusal_of(lambda: cast(a_paper(the_round), claim_of("sam@example.org"))) == "contact_not_proven"
    assert refusal_of(lambda: cast(a_paper(the_round), claim_of(""))) == "contact_missing"
    cast(a_paper(the_round), proven("sam@example.org"))
    assert people() == 1


def test_nothing_is_written_about_somebody_who_has_not_cast(the_round: Round) -> None:
    before = _rows()
    claim = claim_of("sam@example.org")
    send_code(asked(the_round), claim, "n", address=HERE)
    code = code_in(opened_messages("sam@example.org")[0].letter.text)
    prove(asked(the_round), claim, "n", present.now(), code, address=HERE)
    assert {name for name, count in _rows().items() if count != before[name]} <= {"message", "failure"}


def _rows() -> dict[str, int]:
    db.session.rollback()
    tables = Base.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_the_contact_is_kept_sealed_beside_the_name(the_round: Round) -> None:
    cast(a_paper(the_round), proven("Sam+x@Example.org"))
    entry = db.session.scalars(select(RollEntry)).one()
    assert open_field(f"roll:{entry.id}", entry.sealed or b"")["contact"] == "Sam+x@Example.org"
    stored = "".join(repr(row) for row in db.session.execute(select(RollEntry.__table__)))
    assert "example.org" not in stored.casefold()


@pytest.mark.parametrize("other", ["SAM@example.org", "sam+again@example.org"])
def test_one_contact_votes_once_whoever_holds_it(the_round: Round, other: str) -> None:
    cast(a_paper(the_round), proven("sam@example.org"))
    assert refusal_of(lambda: cast(a_paper(the_round, "B"), proven(other, KIM))) == "already_voted"


def test_one_person_votes_once_whatever_their_contact(the_round: Round) -> None:
    cast(a_paper(the_round), proven("sam@example.org"))
    assert refusal_of(lambda: cast(a_paper(the_round, "B"), proven("07700 900 123"))) == "already_voted"
    card = codes_for(the_round)[0]
    assert refusal_of(lambda: cast(a_paper(the_round, "C"), proven("sam2@example.org", code=card))) == "already_voted"
    assert refusal_of(lambda: cast(a_paper(the_round, "D"), claim_of("sam2@example.org", code=card)))


def test_somebody_who_used_a_neighbours_address_cannot_come_again_with_their_own(the_round: Round) -> None:
    cast(a_paper(the_round), proven("home@example.org"))
    assert cast(a_paper(the_round, "B"), proven("home@example.org", KIM), ask_check=True).held
    assert refusal_of(lambda: cast(a_paper(the_round, "C"), proven("kim@example.org", KIM))) == "already_voted"


def test_the_desk_sees_the_contacts_and_a_refused_claim_frees_its_name(the_round: Round) -> None:
    cast(a_paper(the_round), proven("home@example.org"))
    cast(a_paper(the_round, "B"), proven("home@example.org", KIM), ask_check=True)
    officer = factories.an_officer()
    (waiting,) = held_claims(the_round.id, by=officer)
    assert (waiting.first.contact, waiting.claim.contact) == ("home@example.org", "home@example.org")
    assert (waiting.first.name, waiting.claim.name) == ("Sam Okafor", "Kim Vale")
    settle(the_round.id, waiting.id, accepted=False, reason="One person.", by=officer)
    cast(a_paper(the_round, "C"), proven("kim@example.org", KIM))
    states = sorted(entry.state for entry in db.session.scalars(select(RollEntry)))
    assert states == [RollState.REFUSED, RollState.VOTED, RollState.VOTED]


def test_two_of_one_home_both_count_once_the_desk_says_so(the_round: Round) -> None:
    cast(a_paper(the_round), proven("home@example.org"))
    cast(a_paper(the_round, "B"), proven("home@example.org", KIM), ask_check=True)
    officer = factories.an_officer()
    (waiting,) = held_claims(the_round.id, by=officer)
    settle(the_round.id, waiting.id, accepted=True, reason="Two people of one home.", by=officer)
    assert db.session.scalar(select(func.count()).where(Envelope.state == "accepted")) == 2


def test_whoever_clashes_with_two_others_is_held_with_neither_tag(the_round: Round) -> None:
    cast(a_paper(the_round), proven("sam@example.org"))
    cast(a_paper(the_round, "B"), proven("kim@example.org", KIM))
    assert cast(a_paper(the_round, "C"), proven("kim@example.org"), ask_check=True).held
    (waiting,) = held_claims(the_round.id, by=factories.an_officer())
    assert waiting.first.name == "Sam Okafor"  # the name weighs more than the address


def test_a_code_works_for_ten_minutes(the_round: Round, clock: TurningClock) -> None:
    claim, sent_at = claim_of("sam@example.org"), present.now()
    send_code(asked(the_round), claim, "n", address=HERE)
    code = code_in(opened_messages("sam@example.org")[0].letter.text)
    clock.turn(minutes=10)
    assert prove(asked(the_round), claim, "n", sent_at, code, address=HERE).proven
    clock.turn(seconds=1)
    assert refusal_of(lambda: prove(asked(the_round), claim, "n", sent_at, code, address=HERE)) == "one_time_late"


def test_a_code_is_for_one_form_and_one_contact(the_round: Round) -> None:
    claim = claim_of("sam@example.org")
    send_code(asked(the_round), claim, "n", address=HERE)
    code = code_in(opened_messages("sam@example.org")[0].letter.text)
    for form, other in (("m", claim), ("n", claim_of("kim@example.org"))):
        assert refusal_of(lambda f=form, o=other: prove(asked(the_round), o, f, present.now(), code, address=HERE)) == (
            "one_time_wrong"
        )


def test_five_wrong_codes_use_up_a_form_and_the_right_one_comes_too_late(the_round: Round) -> None:
    claim = claim_of("sam@example.org")
    send_code(asked(the_round), claim, "n", address=HERE)
    code = code_in(opened_messages("sam@example.org")[0].letter.text).replace(" ", "")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(MOST_TRIES):
        assert refusal_of(lambda: prove(asked(the_round), claim, "n", present.now(), wrong, address=HERE)) == (
            "one_time_wrong"
        )
    assert (
        refusal_of(lambda: prove(asked(the_round), claim, "n", present.now(), code, address=HERE)) == "one_time_tries"
    )


def test_fifty_guesses_at_one_moment_are_no_more_than_five(app: Flask, the_round: Round) -> None:
    claim, voting = claim_of("sam@example.org"), asked(the_round)
    wrong = f"{(int(_code(the_round, claim, 'n')) + 1) % 10**6:06}"
    answers = all_at_once(app, [lambda: prove(voting, claim, "n", present.now(), wrong, address=HERE)] * 50)
    assert answers == {"one_time_wrong": MOST_TRIES, "one_time_tries": 50 - MOST_TRIES}


def test_the_right_code_may_be_sent_again_as_by_the_back_button(the_round: Round) -> None:
    claim = claim_of("sam@example.org")
    code = _code(the_round, claim, "n")
    for _ in range(MOST_TRIES + 1):
        assert prove(asked(the_round), claim, "n", present.now(), code, address=HERE).proven


def test_fifty_askings_at_one_moment_send_no_more_codes_than_an_hour_allows(app: Flask, the_round: Round) -> None:
    claim, voting = claim_of("sam@example.org"), asked(the_round)
    sends = [lambda form=f"n{each}": send_code(voting, claim, form, address=HERE).way for each in range(50)]
    assert all_at_once(app, sends) == {"email": MOST_IN_AN_HOUR, "too_many_tries": 50 - MOST_IN_AN_HOUR}


def test_nobodys_mailbox_is_flooded(the_round: Round, clock: TurningClock) -> None:
    claim = claim_of("sam@example.org")
    for hour in range(MOST_IN_A_DAY // MOST_IN_AN_HOUR):
        for _ in range(MOST_IN_AN_HOUR):
            send_code(asked(the_round), claim, "n", address=f"192.0.2.{hour}")
        assert refusal_of(lambda: send_code(asked(the_round), claim, "n", address=HERE)) == "too_many_tries"
        clock.turn(minutes=61)
    assert refusal_of(lambda: send_code(asked(the_round), claim, "n", address=HERE)) == "too_many_tries"
    assert len(opened_messages("sam@example.org")) == MOST_IN_A_DAY


@pytest.fixture
def few(app: Flask) -> int:
    """How many failures of one address are too many, for tests that reach it."""
    present.use(settings=present.settings.model_copy(update={"code_failures": 20}))
    return 20


def test_neighbours_behind_one_address_all_get_in_since_only_failures_count(the_round: Round, few: int) -> None:
    for number in range(2 * few):
        claim, form = claim_of(f"p{number}@example.org"), f"n{number}"
        send_code(asked(the_round), claim, form, address=HERE)
        assert prove(asked(the_round), claim, form, present.now(), _code(the_round, claim, form), address=HERE).proven


def _code(the_round: Round, claim: Claim, form: str) -> str:
    """The code as it was sent, without opening hundreds of letters."""
    return one_time_code(present.secrets.code_key, the_round.id, read_contact(claim.contact, texts=True), form)


def test_codes_that_nobody_enters_are_not_sent_without_end_from_one_address(the_round: Round, few: int) -> None:
    for number in range(few):
        send_code(asked(the_round), claim_of(f"p{number}@example.org"), "n", address=HERE)
    last = claim_of("last@example.org")
    assert refusal_of(lambda: send_code(asked(the_round), last, "n", address=HERE)) == "too_many_tries"
    send_code(asked(the_round), last, "n", address="198.51.100.1")


def test_every_fault_of_declaration_and_contact_is_told_at_once(the_round: Round) -> None:
    with pytest.raises(Refusals) as refused:
        cast(a_paper(the_round), claim_of("me@mailinator.com", replace(SAM, name="", postcode="")))
    assert {fault.field for fault in refused.value.faults} == {"name", "postcode", "contact"}


def test_a_vote_is_changed_by_its_change_code_alone(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.CONTACT, vote={"ballot_settings": {"most": 2}, "allow_change": True})
    first = cast(a_paper(the_round), proven("sam@example.org"))
    before = db.session.scalars(select(Envelope)).one()
    change = Claim(first.change_code, replaces=before.retry_tag)
    assert cast(a_paper(the_round, "B"), change).changed
    assert people() == 1
    assert db.session.scalar(select(func.count()).select_from(Envelope)) == 1
