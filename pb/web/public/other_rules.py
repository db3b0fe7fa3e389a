"""What the same ballots would have given by other rules, as it was worked out once and kept."""

from __future__ import annotations

from flask import Blueprint, render_template

from pb.core.errors import NotFound
from pb.core.words import N_
from pb.services.counts import certified_count
from pb.services.explanations import explanation_of
from pb.services.rounds import public_round
from pb.web.explained import explained_of
from pb.web.policy import EVERYONE, allow
from pb.web.public.counts import PUBLISHED, may_see_count

bp = Blueprint("public_other_rules", __name__)


@bp.get("/rounds/<slug>/how-it-was-counted/other-rules")
@allow(door=EVERYONE)
def other_rules(slug: str) -> str:
    """The same ballots by other rules, for everybody once the result is published and for officers before."""
    the_round = public_round(slug)
    count = certified_count(the_round.id)
    if count is None or not may_see_count(the_round):
        raise NotFound("not_published", N_("How it was counted is shown here once the result is published."))
    return render_template(
        "public/counts/other-rules.html",
        round=the_round,
        published=the_round.state in PUBLISHED,
        pots=explained_of(explanation_of(count), the_round),
    )
