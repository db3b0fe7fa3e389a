"""A round in words that several audiences read: its timeline, who may vote."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pb.core.states import RoundState
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.round_states import round_phase
from pb.web.formats import moment

S = RoundState

#: The stretches of a round's life as people see it, with the states in which each is what happens now.
STRETCHES = (
    ("bids", _l("Groups send in bids"), {S.BIDDING}),
    ("checks", _l("Bids are checked and the ballot is fixed"), {S.CHECKING, S.LOCKED}),
    ("vote", _l("You vote"), {S.VOTING}),
    ("count", _l("The box is opened and the ballots are counted"), {S.CLOSED, S.OPENED}),
    ("decision", _l("The decision"), {S.DECIDING}),
    ("result", _l("The result is published and the money goes out"), {S.PUBLISHED, S.AWARDING, S.CLOSED_OUT}),
)
_ENDED = frozenset({S.CLOSED_OUT})
_STOPPED = frozenset({S.CANCELLED, S.NO_VALID_BALLOTS})


def timeline_of(the_round: Round) -> list[dict[str, Any]]:
    """A round's stretches for the timeline component: done, now or still to come, with their dates in words."""
    phase = round_phase(the_round)
    at = next((number for number, (_key, _title, states) in enumerate(STRETCHES) if phase in states), -1)
    if _not_open_yet(the_round, phase):
        at = -1
    return [
        {"title": str(title), "state": _state(number, at, phase), "when": _when(the_round, key)}
        for number, (key, title, _states) in enumerate(STRETCHES)
    ]


def _not_open_yet(the_round: Round, phase: RoundState) -> bool:
    opens = the_round.bids_open_at
    return phase == S.BIDDING and opens is not None and present.now() < opens


def _state(number: int, at: int, phase: RoundState) -> str:
    if number < at or phase in _ENDED:
        return "done"
    return "now" if number == at else "next"


def _when(the_round: Round, key: str) -> str:
    span = {
        "bids": (the_round.bids_open_at, the_round.bids_close_at),
        "vote": (the_round.voting_opens_at, the_round.voting_closes_at),
    }.get(key)
    if span and all(span):
        return str(_("%(start)s to %(end)s", start=moment(span[0]), end=moment(span[1])))
    if key == "decision" and the_round.decision_by:
        return str(_("by %(when)s", when=moment(the_round.decision_by)))
    return ""
