"""The public result: votes, rank, recommendation, decision and reason side by side."""

from __future__ import annotations

from flask import Blueprint, render_template

from pb.core.errors import NotFound
from pb.core.words import N_
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.elections import projects_of
from pb.services.packages import package_of
from pb.services.publication import publications_of, published, published_decisions
from pb.services.round_lists import find_project
from pb.services.rounds import public_round
from pb.services.support import supports_of, supports_of_round, takes_help
from pb.web.headers import cached_for
from pb.web.policy import EVERYONE, allow
from pb.web.result_view import Entry, PotView, ResultView, fingerprint, moment_in, view_of
from pb.web.result_words import (
    VERDICTS,
    channel_words,
    invalid_words,
    message_words,
    power_words,
    reason_words,
    void_words,
    vote_words,
)
from pb.web.round_words import timeline_of

bp = Blueprint("public_results", __name__)

A_MINUTE = 60


@bp.app_context_processor
def _words() -> dict[str, object]:
    """What the templates of results know."""
    return {
        "verdict_words": VERDICTS,
        "power_words": power_words,
        "reason_words": reason_words,
        "vote_words": vote_words,
        "invalid_words": invalid_words,
        "void_words": void_words,
        "message_words": message_words,
        "channel_words": channel_words,
        "moment_in": moment_in,
    }


@bp.get("/rounds/<slug>/result")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def result(slug: str) -> str:
    """The result of a round; before it is released, when it will be."""
    the_round = public_round(slug)
    editions = publications_of(the_round.id)
    if not editions:
        return _not_yet(the_round)
    return render_template("public/result.html", **_context(the_round, editions))


@bp.get("/rounds/<slug>/result/print")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def print_sheet(slug: str) -> str:
    """The whole result on paper."""
    the_round, editions = _published(slug)
    return render_template("print/result.html", **_context(the_round, editions))


@bp.get("/rounds/<slug>/result/summary")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def summary(slug: str) -> str:
    """The result on one page, in plain words."""
    the_round, editions = _published(slug)
    return render_template("public/result-summary.html", **_context(the_round, editions))


@bp.get("/rounds/<slug>/result/projects/<key>")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def project(slug: str, key: str) -> str:
    """What became of one project, from the vote to the decision."""
    the_round, editions = _published(slug)
    context = _context(the_round, editions)
    entry, pot = _entry(context["view"], key)  # type: ignore[arg-type]
    row = find_project(the_round, key)
    return render_template(
        "public/result-project.html",
        **context,
        entry=entry,
        pot=pot,
        needs=supports_of(row.id, agreed=True),
        takes_help=takes_help(row),
    )


def _published(slug: str) -> tuple[Round, list[Publication]]:
    the_round = public_round(slug)
    published(the_round.id)
    return the_round, publications_of(the_round.id)


def _entry(view: ResultView, key: str) -> tuple[Entry, PotView]:
    found = view.entry(key)
    if found is None:
        raise NotFound("no_project", N_("There is no such project in this round."))
    return found


def _context(the_round: Round, editions: list[Publication]) -> dict[str, object]:
    newest = editions[0]
    keys = {each.id: each.key for each in projects_of(the_round.id)}
    return {
        "round": the_round,
        "publication": newest,
        "editions": editions,
        "view": view_of(newest.content),
        "fingerprint": fingerprint(package_of(newest).sha256),
        "needs_of": {keys[each]: needs for each, needs in supports_of_round(the_round.id).items()},
        "officer": account_of(the_round.owner_id).name,
        "preview": False,
    }


def _not_yet(the_round: Round) -> str:
    """When the result comes, and the decisions that members have published already, beside the rank."""
    decided = published_decisions(the_round)
    return render_template(
        "public/result-not-yet.html",
        round=the_round,
        timeline=timeline_of(the_round),
        view=view_of(decided) if decided else None,
    )
