"""The members' desk: the rounds in which they have a say."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from pb.core.actors import Role
from pb.models.rounds import Round
from pb.services.decision_desk import PotDesk, desk_of, rounds_to_decide
from pb.web.policy import actor, allow

bp = Blueprint("members", __name__, url_prefix="/members")

READERS = (Role.MEMBER, Role.CABINET, Role.SCRUTINY)


@dataclass(frozen=True)
class Waiting:
    """A round on the desk: how many bids wait for this person, how many decisions of theirs are unpublished."""

    round: Round
    to_decide: int
    to_publish: int
    decided: int
    recommended: int


@bp.get("/")
@allow(*READERS)
def home() -> str:
    """The rounds that are being decided, and those that have been."""
    rounds = [_waiting(each, desk_of(each)) for each in rounds_to_decide(actor())]
    return render_template("members/home.html", rounds=rounds)


def _waiting(the_round: Round, pots: list[PotDesk]) -> Waiting:
    by = actor()
    desks = [desk for pot in pots for desk in pot.projects]
    own = [each.decision for each in desks if each.decision and each.decision.decided_by == by.account_id]
    return Waiting(
        the_round,
        to_decide=sum(each.waits and each.may_be_decided(by) for each in desks),
        to_publish=sum(each.published_at is None for each in own),
        decided=sum(each.decision is not None for each in desks),
        recommended=sum(each.waits or each.decision is not None for each in desks),
    )
