"""Open data of a published result: the table of totals, the scores, and the ballots where they may be public."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pb.core.clock import to_london
from pb.core.disclosure import Level
from pb.core.errors import NotFound, Refusal
from pb.core.pabulib.compose import compose
from pb.core.pabulib.writer import lines
from pb.core.words import N_
from pb.extensions import present
from pb.models.publications import Publication
from pb.models.rounds import Pot, Round
from pb.services.counts import counts_of, read_count
from pb.services.elections import instance_of, profile_of

Data = dict[str, Any]
Cell = str | int | Decimal | None

HEAD = (
    "pot", "place", "ballot_number", "project_id", "project", "organisation", "asked", "votes", "score",
    "counted", "recommended", "decided", "verdict", "decided_by", "power", "decided_on", "reason", "alternatives",
    "interests", "count_reason", "currency", "publication", "fingerprint_sha256",
)  # fmt: skip


def totals(publication: Publication) -> Iterator[list[Cell]]:
    """The rows under HEAD: every project of a publication with its votes, decision and reason; money in units."""
    for pot in publication.content["pots"]:
        for project in pot["projects"]:
            yield _row(publication, pot, project)


def _row(publication: Publication, pot: Data, project: Data) -> list[Cell]:
    about, decision = publication.content["round"], project["decision"] or {}
    figures = len(str(about["scale"])) - 1
    decided_at = decision.get("decided_at")
    return [
        pot["name"],
        project["rank"],
        project["number"],
        project["key"],
        project["title"],
        project["organisation"],
        *(_units(project[name], figures) for name in ("cost",)),
        project["votes"],
        project["score"],
        _units(project["counted"], figures),
        _units(project["recommended"], figures),
        _units(decision["amount"], figures) if decision else None,
        project["verdict"],
        decision.get("by", ""),
        decision.get("power", ""),
        to_london(datetime.fromisoformat(decided_at)).date().isoformat() if decided_at else "",
        decision.get("reason", ""),
        decision.get("alternatives", ""),
        decision.get("interests", ""),
        project["reason"]["text"],
        about["currency"],
        publication.number,
        publication.sha256,
    ]


def _units(minor: int, figures: int) -> Decimal:
    return Decimal(minor).scaleb(-figures)


def record_of(publication: Publication) -> Data:
    """A publication with its digest and moment, as JSON data."""
    return {
        "sha256": publication.sha256,
        "released_at": publication.released_at.isoformat(),
        "content": publication.content,
    }


def scores_of(publication: Publication, pot_key: str) -> Data:
    """How many ballots give each mark to each project of a pot, as JSON data.

    Raises NotFound `no_pot`; Refusal `scores_not_public` (403) where only totals may be published.
    """
    pot = _pot(publication, pot_key)
    if not pot["scores"]:
        raise _withheld("scores_not_public", pot)
    return {
        "round": publication.content["round"]["slug"],
        "pot": pot["key"],
        "ballot_type": pot["ballot_type"],
        "ballots": pot["ballots"],
        "why_not_the_ballots": "" if pot["disclosure"]["level"] == Level.FULL else _why(pot),
        "scores": pot["scores"],
    }


def ballots_of(the_round: Round, publication: Publication, pot_key: str) -> Iterator[str]:
    """The text of the .pb file of a pot, line by line: every ballot, nothing about any voter.

    Raises NotFound `no_pot`; Refusal `ballots_not_public` (403) with the sentence that says why.
    """
    pot = _pot(publication, pot_key)
    if pot["disclosure"]["level"] != Level.FULL:
        raise _withheld("ballots_not_public", pot)
    row = next(each for each in the_round.pots if each.key == pot_key)
    number = publication.content["count"]["number"]
    count = next(each for each in counts_of(the_round.id) if each.number == number)
    outcome = read_count(count).outcomes[pot_key]
    instance = replace(instance_of(row), budget=outcome.budget)
    return lines(compose(_about(the_round, row), instance, profile_of(row), outcome))


def _about(the_round: Round, pot: Pot) -> dict[str, str]:
    several = len(the_round.pots) > 1
    return {
        "description": the_round.title,
        "country": "United Kingdom" if the_round.currency == "GBP" else "Worldwide",
        "unit": present.settings.council_name,
        **({"subunit": pot.name} if several else {}),
        "instance": the_round.slug,
        "date_begin": _date(the_round.voting_opens_at),
        "date_end": _date(the_round.voting_closes_at),
        "language": "en",
    }


def _date(moment: datetime | None) -> str:
    return to_london(moment).strftime("%d.%m.%Y") if moment else ""


def _pot(publication: Publication, key: str) -> Data:
    for pot in publication.content["pots"]:
        if pot["key"] == key:
            found: Data = pot
            return found
    raise NotFound("no_pot", N_("There is no such pot in this round."))


def _why(pot: Data) -> str:
    return str(pot["disclosure"]["message"] % pot["disclosure"]["params"])


def _withheld(code: str, pot: Data) -> Refusal:
    return Refusal(code, pot["disclosure"]["message"], status=403, **pot["disclosure"]["params"])
