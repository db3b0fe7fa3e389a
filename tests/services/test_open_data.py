"""Open data: totals always, full ballots only where nobody can be told by theirs, and a sentence that says why."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest

from pb.core.errors import NotFound, Refusal
from pb.core.pabulib import read
from pb.services.open_data import HEAD, ballots_of, record_of, scores_of, totals
from pb.services.publication import published
from tests.deciding import ALIKE, EACH_ALONE, a_published_round, a_published_round_of

pytestmark = pytest.mark.usefixtures("app")


def test_the_table_holds_every_project_with_its_votes_and_decision_in_pounds() -> None:
    the_round = a_published_round()
    rows = [dict(zip(HEAD, row, strict=True)) for row in totals(published(the_round.id))]
    hall = next(row for row in rows if row["project"] == "Hall")
    assert [row["project"] for row in rows] == ["Hall", "Bench", "Pond"]
    assert (hall["place"], hall["votes"], hall["asked"], hall["decided"]) == (
        1,
        4,
        Decimal("6000.00"),
        Decimal("6000.00"),
    )
    assert (hall["verdict"], hall["decided_on"]) == ("agreed", "2026-06-01")
    pond = next(row for row in rows if row["project"] == "Pond")
    assert (pond["decided"], pond["decided_by"]) == (None, "")


def test_the_record_carries_the_digest_of_its_content() -> None:
    publication = published(a_published_round().id)
    assert record_of(publication)["sha256"] == publication.sha256


def test_ballots_of_a_round_in_which_nearly_all_look_alike_are_published_and_count_the_same_again() -> None:
    the_round = a_published_round_of(ALIKE)
    text = "".join(ballots_of(the_round, published(the_round.id), the_round.pots[0].key))
    file = read(BytesIO(text.encode()))
    assert file.profile.size == 15
    assert {project.name: file.instance.by_id[project.id].cost for project in file.instance.projects} == {
        "Bench": 300_000, "Hall": 600_000, "Pond": 250_000,
    }  # fmt: skip
    header = text.split("VOTES\n")[1].splitlines()[0]
    assert header == "voter_id;vote", "nothing about the voter"


def test_ballots_of_a_small_round_with_rare_patterns_are_withheld_with_the_reason() -> None:
    the_round = a_published_round_of(EACH_ALONE)
    with pytest.raises(Refusal) as refused:
        ballots_of(the_round, published(the_round.id), the_round.pots[0].key)
    assert (refused.value.code, refused.value.status) == ("ballots_not_public", 403)
    assert "3 of 18" in str(refused.value)
    scores = scores_of(published(the_round.id), the_round.pots[0].key)
    assert sorted(scores["scores"].values(), key=str) == [{"1": 10}, {"1": 16}, {"1": 3}]
    assert scores["why_not_the_ballots"] == str(refused.value)


def test_of_a_handful_of_ballots_only_totals_are_published() -> None:
    the_round = a_published_round()
    key = the_round.pots[0].key
    with pytest.raises(Refusal) as refused:
        scores_of(published(the_round.id), key)
    assert refused.value.code == "scores_not_public"
    with pytest.raises(Refusal):
        ballots_of(the_round, published(the_round.id), key)


def test_a_pot_that_is_not_there_is_not_found() -> None:
    the_round = a_published_round()
    with pytest.raises(NotFound):
        scores_of(published(the_round.id), "no-such-pot")
