"""What the lock freezes: everything that fixes the vote, as one canonical document with a digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.canonical import digest
from pb.core.draw import drawn_order
from pb.core.money import minor_figures
from pb.core.states import BidState
from pb.extensions import db, present
from pb.models.ballots import BallotVersion, Project
from pb.models.bids import Bid
from pb.models.keys import KeyHolder
from pb.models.rounds import KeyMode, Pot, Round
from pb.services.elections import ballot_of, method_of, projects_of

FORMAT = "you-decide-ballot-1"


def bids_for_ballot(round_id: int) -> list[Bid]:
    """The bids that go on a round's ballot at the lock: the eligible ones, in the order of their references."""
    query = select(Bid).where(Bid.round_id == round_id, Bid.state == BidState.ELIGIBLE).order_by(Bid.reference)
    return list(db.session.scalars(query))


def draft_of(the_round: Round) -> dict[str, Any]:
    """What the lock would freeze now, but for the draw and the key: plain JSON data.

    Raises the refusals of `ballot_of` and `method_of`.
    """
    kind, settings = ballot_of(the_round)
    return {
        "format": FORMAT,
        "round": _identity(the_round),
        "version": (the_round.ballot_version or 0) + 1,
        "voting": _voting(the_round),
        "ballot": {"type": kind.key, "settings": settings.to_json()},
        "method": method_of(the_round).to_json(),
        "surplus": the_round.surplus,
        "key": {"mode": the_round.key_mode.value, "holders": _holders(the_round)},
        "pots": [_pot(pot) for pot in the_round.pots],
        "projects": [*map(_from_bid, bids_for_ballot(the_round.id)), *map(_from_project, projects_of(the_round.id))],
    }


def draft_digest(the_round: Round) -> str:
    """The digest that owner and approver agree on: it changes with anything that would be frozen."""
    return digest(draft_of(the_round))


def with_draw(draft: dict[str, Any], seed: str) -> dict[str, Any]:
    """The draft with its projects numbered in the order that `seed` draws, and the seed beside them.

    Projects that came with numbers (an imported election) keep them, and nothing is drawn.
    """
    projects = draft["projects"]
    if all("number" in each for each in projects):
        return draft
    places = {key: at for at, key in enumerate(drawn_order(seed, (each["key"] for each in projects)), 1)}
    numbered = sorted(({**each, "number": places[each["key"]]} for each in projects), key=lambda each: each["number"])
    return {**draft, "projects": numbered, "order_seed": seed}


def without(frozen: Mapping[str, Any], key: str, reason: str, moment: datetime) -> dict[str, Any]:
    """The next version of a frozen ballot, on which one project more is marked as withdrawn; nothing else differs."""
    gone = [*frozen.get("withdrawn", ()), {"key": key, "reason": reason, "at": moment.isoformat()}]
    return {**frozen, "version": frozen["version"] + 1, "withdrawn": gone}


def keep_version(session: Session, the_round: Round, frozen: dict[str, Any]) -> None:
    """Make a version the ballot of its round, with its digest; inside the caller's transaction."""
    the_round.frozen, the_round.frozen_sha256 = frozen, digest(frozen)
    the_round.ballot_version = frozen["version"]
    session.add(
        BallotVersion(
            round_id=the_round.id,
            version=frozen["version"],
            content=frozen,
            sha256=the_round.frozen_sha256,
            locked_at=present.now(),
        )
    )


def versions_of(round_id: int) -> list[BallotVersion]:
    """Every version of a round's ballot, the first one first."""
    query = select(BallotVersion).where(BallotVersion.round_id == round_id).order_by(BallotVersion.version)
    return list(db.session.scalars(query))


def _identity(the_round: Round) -> dict[str, Any]:
    return {
        "id": the_round.id,
        "slug": the_round.slug,
        "title": the_round.title,
        "currency": the_round.currency,
        "scale": 10 ** minor_figures(the_round.currency),
    }


def _voting(the_round: Round) -> dict[str, Any]:
    return {
        "opens_at": _moment(the_round.voting_opens_at),
        "closes_at": _moment(the_round.voting_closes_at),
        "grace_minutes": the_round.grace_minutes,
        "policy": the_round.policy.value,
        "least_age": the_round.least_age,
        "links": sorted(the_round.links),
        "areas": [area.name for area in the_round.areas],
        "allow_change": the_round.allow_change,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _holders(the_round: Round) -> list[int]:
    """The accounts that hold keys, by number alone."""
    if the_round.key_mode == KeyMode.SIMPLE:
        return []
    query = select(KeyHolder.account_id).where(KeyHolder.round_id == the_round.id).order_by(KeyHolder.account_id)
    return list(db.session.scalars(query))


def _pot(pot: Pot) -> dict[str, Any]:
    area = pot.area.name if pot.area else ""
    return {"key": pot.key, "name": pot.name, "area": area, "theme": pot.theme, "amount": pot.amount}


def _from_bid(bid: Bid) -> dict[str, Any]:
    return {
        "key": bid.reference,
        "pot": bid.pot.key if bid.pot else "",
        "title": bid.title,
        "summary": bid.summary,
        "organisation": bid.organisation.name,
        "cost": bid.asked or 0,
        "minimum": bid.workable_minimum,
        "category": str(bid.themes[0]) if bid.themes else "",
        "themes": list(bid.themes),
        "boost": bid.boost,
    }


def _from_project(project: Project) -> dict[str, Any]:
    return {
        "key": project.key,
        "pot": project.pot.key,
        "title": project.title,
        "summary": project.summary,
        "organisation": project.organisation,
        "cost": project.cost,
        "minimum": project.workable_minimum,
        "category": project.category,
        "themes": list(project.themes),
        "boost": project.boost,
        "number": project.number,
    }
