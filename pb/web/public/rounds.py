"""What everybody sees of the rounds: the start page, a round, its projects, how it works, its dates."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request, url_for

from pb.core.actors import Role
from pb.core.eligibility import LINKS
from pb.core.states import RoundState
from pb.models.ballots import Project
from pb.models.rounds import Pot, Round
from pb.services.elections import projects_of
from pb.services.round_ballots import ballot_faults
from pb.services.round_lists import current_rounds, find_project, neighbours, past_rounds, standing
from pb.services.rounds import public_round
from pb.services.station_reports import places_page
from pb.web.policy import EVERYONE, actor, allow
from pb.web.public.calendar_file import calendar_file
from pb.web.round_words import timeline_of
from pb.web.rule_words import ballot_words, count_words

bp = Blueprint("public_rounds", __name__)

#: Places where people vote that the round's own page lists; a page of their own has all of them.
FEW_PLACES = 6
LONGEST_MARK = 12


@dataclass(frozen=True)
class Shelf:
    """A pot with its projects in the order drawn."""

    pot: Pot
    projects: list[Project]

    @property
    def asked(self) -> int:
        """What its projects cost together, in minor units."""
        return sum(project.cost for project in self.projects)

    @property
    def gone(self) -> int:
        """How many of its projects have left the ballot."""
        return sum(project.withdrawn_at is not None for project in self.projects)


@bp.get("/")
@allow(door=EVERYONE)
def home() -> str:
    """The rounds: what one can do now, what is coming, what is over."""
    return render_template(
        "public/rounds/home.html",
        current=current_rounds(),
        past=past_rounds(request.args.get("page", 1, type=int)),
        standing=standing,
    )


@bp.get("/rounds/<slug>")
@allow(door=EVERYONE)
def round_page(slug: str) -> str:
    """Everything about a round."""
    the_round = public_round(slug)
    chosen = request.args.get("pot", "")
    shelves = _shelves(the_round)
    return render_template(
        "public/rounds/round.html",
        round=the_round,
        standing=standing(the_round),
        bid_href=_bid_href(slug),
        timeline=timeline_of(the_round),
        shelves=[shelf for shelf in shelves if chosen in ("", shelf.pot.key)] or shelves,
        pots=shelves,
        chosen=chosen,
        projects=sum(len(shelf.projects) - shelf.gone for shelf in shelves),
        ballot=_ballot_words(the_round),
        links=[LINKS[link] for link in the_round.links],
        places=places_page(the_round.id, 1, size=FEW_PLACES),
        look=request.args.get("from", "")[:LONGEST_MARK],
    )


@bp.get("/rounds/<slug>/projects/<key>")
@allow(door=EVERYONE)
def project_page(slug: str, key: str) -> str:
    """One project as it stands on the ballot."""
    the_round = public_round(slug)
    project = find_project(the_round, key)
    before, after = neighbours(project)
    return render_template(
        "public/rounds/project.html",
        round=the_round,
        standing=standing(the_round),
        bid_href=_bid_href(slug),
        project=project,
        before=before,
        after=after,
    )


@bp.get("/rounds/<slug>/how-it-works")
@allow(door=EVERYONE)
def how_it_works(slug: str) -> str:
    """The whole round on one page, in plain words."""
    the_round = public_round(slug)
    known = bool(_ballot_words(the_round))
    return render_template(
        "public/rounds/how-it-works.html",
        round=the_round,
        standing=standing(the_round),
        bid_href=_bid_href(slug),
        timeline=timeline_of(the_round),
        ballot=_ballot_words(the_round),
        counting=count_words(the_round) if known else [],
        links=[LINKS[link] for link in the_round.links],
        over=the_round.state == RoundState.CANCELLED,
    )


@bp.get("/rounds/<slug>/dates.ics")
@allow(door=EVERYONE)
def dates(slug: str) -> Response:
    """The dates as a calendar file."""
    the_round = public_round(slug)
    response = Response(calendar_file(the_round), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{the_round.slug}.ics"'
    return response


def _bid_href(slug: str) -> str:
    """Where to bid: straight to a group's own bid, for everybody else to how it is done."""
    if actor().has(Role.GROUP_CONTACT):
        return url_for("groups_bids.start", slug=slug)
    return url_for("groups.start")


def _shelves(the_round: Round) -> list[Shelf]:
    projects = projects_of(the_round.id)
    return [Shelf(pot, [each for each in projects if each.pot_id == pot.id]) for pot in the_round.pots]


def _ballot_words(the_round: Round) -> list[str]:
    """How to vote, once that is settled well enough to be told."""
    return [] if ballot_faults(the_round) else ballot_words(the_round)
