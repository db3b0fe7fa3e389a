"""Officers see on the tour of stations what asks for a look, and the log has it without a word of whose it is."""

from __future__ import annotations

from flask import Flask
from structlog.testing import capture_logs

from pb.extensions import present
from pb.models.codes import CodeBatch
from pb.services.batches import note_card_counts
from pb.services.transactions import transaction
from pb.services.unusual import unusual_of, warn_of_unusual
from tests import factories
from tests.reader import Reader
from tests.signing_in import sign_in
from tests.voters import a_voting_round


def test_a_stack_with_more_ballots_than_cards_given_is_told_to_officers_and_in_the_log(
    app: Flask, client: Reader
) -> None:
    officer = factories.an_officer()
    the_round = a_voting_round(by=officer)
    factories.cast_ballots(the_round, [("Hall",)] * 3, channel="stall")
    sign_in(client, officer)
    page = f"/officers/rounds/{the_round.slug}/stations"
    assert "ask for a look" not in client.read(page).get_text()
    with transaction() as session:
        batch = session.query(CodeBatch).one()
    note_card_counts(
        the_round.id, batch.id, {"printed": 3, "handed_out": 2, "returned_unused": 1, "missing": 0}, by=officer
    )
    assert [each.code for each in unusual_of(the_round.id)] == ["more_used_than_given"]
    told = client.read(page).get_text(" ", strip=True)
    assert "Numbers that ask for a look" in told
    assert "3 cards are used, and only 2 were given out" in told
    with capture_logs() as lines:
        warn_of_unusual()
    assert lines == [
        {"event": "unusual_numbers", "round": the_round.id, "kinds": ["more_used_than_given"], "log_level": "warning"}
    ]


def test_the_hours_of_a_vote_are_compared_whole(app: Flask) -> None:
    """An hour's number is kept in parts, which come together here; a burst is told by its hour."""
    the_round = a_voting_round()
    for hour, count in enumerate((2, 2, 2, 2, 60)):
        factories.turn_to(the_round.voting_opens_at)
        app.extensions["test_clock"].turn(hours=hour)
        factories.cast_ballots(the_round, [("Hall",)] * count)
    (burst,) = unusual_of(the_round.id)
    assert (burst.code, burst.channel, burst.params["count"]) == ("burst", "online", 60)
    assert burst.hour == present.now().replace(minute=0)
