"""The result to download: totals always, ballots only where nobody can be told by theirs."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from pb.core.canonical import canonical
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.open_data import HEAD, ballots_of, record_of, scores_of, totals
from pb.services.publication import numbered_publication, published
from pb.services.rounds import public_round
from pb.web.downloads import csv_response
from pb.web.headers import cached_for
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_downloads", __name__)

A_MINUTE = 60


def _result(slug: str) -> tuple[Round, Publication]:
    the_round = public_round(slug)
    return the_round, published(the_round.id)


@bp.get("/rounds/<slug>/result.csv")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def table(slug: str) -> Response:
    """Every project with its votes, recommendation, decision and reason."""
    _round, publication = _result(slug)
    return csv_response(f"result-{slug}", HEAD, totals(publication))


@bp.get("/rounds/<slug>/result.json")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def record(slug: str) -> Response:
    """The newest publication with its digest."""
    _round, publication = _result(slug)
    return _json(record_of(publication))


@bp.get("/rounds/<slug>/result/publication-<int:number>.json")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def edition(slug: str, number: int) -> Response:
    """Exactly the bytes that the fingerprint of a publication covers."""
    publication = numbered_publication(public_round(slug).id, number)
    return Response(canonical(publication.content), mimetype="application/json")


@bp.get("/rounds/<slug>/result/<pot>/scores.json")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def scores(slug: str, pot: str) -> Response:
    """How many ballots gave each mark to each project of a pot."""
    _round, publication = _result(slug)
    return _json(scores_of(publication, pot))


@bp.get("/rounds/<slug>/result/<pot>/ballots.pb")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def ballots(slug: str, pot: str) -> Response:
    """Every ballot of a pot as a .pb file, where the pattern rule allows it."""
    the_round, publication = _result(slug)
    text = ballots_of(the_round, publication, pot)
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{pot}.pb"'
    return response


def _json(data: object) -> Response:
    encoder = json.JSONEncoder(ensure_ascii=False, indent=2)
    return Response(encoder.iterencode(data), mimetype="application/json")
