"""Codes: made in batches by those who run the round, kept as hashes, counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.codes import print_form
from pb.core.errors import Refusal, Refusals
from pb.extensions import Base, db, present
from pb.models.codes import Code
from pb.models.rounds import Round
from pb.services.casting import cast
from pb.services.codes import as_text, batches_of, make_codes, round_of_code, wrong_code
from pb.services.failures import WINDOW_MINUTES
from pb.services.ledger import events_of_round
from pb.services.rights import Claim
from tests import factories
from tests.conftest import TurningClock
from tests.voters import a_paper, a_voting_round, codes_for


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round()


def test_codes_are_kept_as_hashes_and_nowhere_as_they_are(the_round: Round) -> None:
    codes = codes_for(the_round, 3)
    assert len(set(codes)) == 3
    stored = "".join(repr(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)))
    assert [code for code in codes if code in stored] == []
    assert all(len(each.slot) == 32 for each in db.session.scalars(select(Code)))


def test_making_codes_is_an_event_that_holds_their_number(the_round: Round) -> None:
    codes_for(the_round, 3)
    (event,) = events_of_round(the_round.id, ("codes_made",))
    assert event.facts["count"] == 3


def test_a_batch_counts_its_used_and_unused_codes(the_round: Round) -> None:
    codes = codes_for(the_round, 3)
    cast(a_paper(the_round), Claim(codes[0]))
    (batch,) = batches_of(the_round.id)
    assert (batch.made, batch.unused, batch.used, batch.void) == (3, 2, 1, 0)


def test_a_file_of_codes_has_them_as_cards_show_them(the_round: Round) -> None:
    codes = codes_for(the_round, 2)
    assert as_text(codes).split() == ["code", *[part for code in codes for part in print_form(code).split()]]


def test_only_those_who_run_a_round_make_its_codes(the_round: Round) -> None:
    with pytest.raises(Refusal) as refused:
        make_codes(the_round.id, by=factories.someone(Role.OFFICER), count=1, name="Mine")
    assert refused.value.code == "not_your_round"


@pytest.mark.parametrize(
    "code, wanted",
    [
        ("count_wrong", {"count": 0}),
        ("count_wrong", {"count": 20_001}),
        ("name_missing", {"name": " "}),
        ("name_long", {"name": "x" * 81}),
        ("name_taken", {"name": "library"}),
        ("area_wrong", {"area_id": 999}),
    ],
)
def test_a_batch_that_cannot_be_is_refused_beside_its_field(the_round: Round, code: str, wanted: dict) -> None:  # type: ignore[type-arg]
    codes_for(the_round, 1, "Library")
    with pytest.raises(Refusals) as refused:
        make_codes(the_round.id, **{"by": factories.owner_of(the_round), "count": 1, "name": "School"} | wanted)
    assert [fault.code for fault in refused.value.faults] == [code]
    assert len(batches_of(the_round.id)) == 1


def test_two_batches_have_two_names_whatever_letters_they_are_written_in(the_round: Round) -> None:
    codes_for(the_round, 1, "Ŷsgol")
    for same in ("Ŷsgol", "ŷSGOL"):
        with pytest.raises(Refusals) as refused:
            codes_for(the_round, 1, same)
        assert refused.value.code == "name_taken"


def test_a_window_that_ends_before_it_starts_is_refused(the_round: Round) -> None:
    now = present.now()
    with pytest.raises(Refusals) as refused:
        codes_for(the_round, window_from=now, window_to=now - timedelta(minutes=1))
    assert refused.value.code == "window_upside_down"


@pytest.mark.parametrize(
    "code, window",
    [
        ("window_over", lambda the_round: {"window_to": present.now() - timedelta(minutes=1)}),
        ("window_too_late", lambda the_round: {"window_from": the_round.voting_closes_at}),
    ],
)
def test_no_codes_are_made_that_never_work(
    the_round: Round, code: str, window: Callable[[Round], dict[str, datetime]]
) -> None:
    with pytest.raises(Refusals) as refused:
        codes_for(the_round, **window(the_round))
    assert refused.value.code == code
    assert batches_of(the_round.id) == []


def test_no_codes_are_made_after_the_close(the_round: Round, clock: TurningClock) -> None:
    clock.at = the_round.voting_closes_at
    with pytest.raises(Refusal) as refused:
        codes_for(the_round)
    assert refused.value.code == "not_now"


def test_a_code_leads_to_its_round(the_round: Round) -> None:
    (code,) = codes_for(the_round)
    assert round_of_code(code) == the_round.slug
    assert round_of_code("0" * 17) is None


def test_only_wrong_codes_are_counted_and_right_ones_always_pass(the_round: Round, clock: TurningClock) -> None:
    most = present.settings.code_failures
    told = [wrong_code("192.0.2.1") for _ in range(most)]
    assert [each is None for each in told] == [True] * (most - 1) + [False]
    assert wrong_code("192.0.2.2") is None  # another address is none the worse
    (code,) = codes_for(the_round)
    cast(a_paper(the_round), Claim(code))
    clock.turn(minutes=WINDOW_MINUTES + 1)
    assert wrong_code("192.0.2.1") is None
