"""The package of a published result, to download; and how anybody checks it, with us or without."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, stream_with_context

from pb.models.publications import Publication
from pb.services.packages import content_of_package, package_of
from pb.services.publication import numbered_publication, published
from pb.services.rounds import public_round
from pb.web.check_words import CHECKS
from pb.web.headers import cached_for
from pb.web.policy import EVERYONE, allow

bp = Blueprint("public_packages", __name__)

A_MINUTE = 60


@bp.get("/check")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def check() -> str:
    """How to check a result, of whatever round."""
    return render_template("public/check.html", checks=CHECKS, round=None)


@bp.get("/rounds/<slug>/result/check")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def check_round(slug: str) -> str:
    """How to check the result of this round, with its package at hand."""
    the_round = public_round(slug)
    package = package_of(published(the_round.id))
    return render_template("public/check.html", checks=CHECKS, round=the_round, package=package)


@bp.get("/rounds/<slug>/result/package.zip")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def package(slug: str) -> Response:
    """The package of the result that holds."""
    return _zip(slug, published(public_round(slug).id))


@bp.get("/rounds/<slug>/result/package-<int:number>.zip")
@cached_for(A_MINUTE)
@allow(door=EVERYONE)
def edition(slug: str, number: int) -> Response:
    """The package of one edition of the result, such as one that was corrected since."""
    return _zip(slug, numbered_publication(public_round(slug).id, number))


def _zip(slug: str, publication: Publication) -> Response:
    """The frozen bytes, a part at a time."""
    found = package_of(publication)
    response = Response(stream_with_context(content_of_package(found)), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{publication.number}.zip"'
    response.content_length = found.size
    return response
