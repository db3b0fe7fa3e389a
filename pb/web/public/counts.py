"""What everybody can check: the ballot's fingerprint, a receipt, and how it was counted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import ngettext

from pb.core import canonical
from pb.core.audit import FOUND
from pb.core.disclosure import merged
from pb.core.equations import Term
from pb.core.errors import NotFound, Refusal
from pb.core.permissions import may_see_counts
from pb.core.receipts import read_receipt
from pb.core.states import RoundState
from pb.core.unsealing import INVALID_REASONS
from pb.core.words import N_, Counted
from pb.models.rounds import Round
from pb.services.audits import audit_of
from pb.services.count_corrections import corrections_of
from pb.services.counts import certified_count
from pb.services.elections import projects_of
from pb.services.frozen import versions_of
from pb.services.imbalances import account_of_box
from pb.services.opening import receipt_is_counted
from pb.services.reconciliation import channels_of, desk_of, opening_of
from pb.services.rounds import public_round
from pb.web.count_words import lots_by_pot, moves_of, pots_of, titles_of, unit_of
from pb.web.explained import explained_parts
from pb.web.forms.receipts import ReceiptForm
from pb.web.forms.summary import sentence, show_refusal
from pb.web.policy import EVERYONE, actor, allow
from pb.web.result_words import channel_words
from pb.web.rule_words import count_words

bp = Blueprint("public_counts", __name__)

PUBLISHED = (RoundState.PUBLISHED, RoundState.AWARDING, RoundState.CLOSED_OUT)


@bp.get("/rounds/<slug>/the-ballot")
@allow(door=EVERYONE)
def ballot(slug: str) -> str:
    """How the ballot was fixed: its fingerprint, and the seed from which anybody can repeat the draw."""
    the_round = _locked_round(slug)
    projects = projects_of(the_round.id)
    titles = {project.key: project.title for project in projects}
    versions = versions_of(the_round.id)
    return render_template(
        "public/counts/ballot.html",
        round=the_round,
        projects=projects,
        versions=versions,
        titles=titles,
        audit=audit_of(the_round.id),
    )


@bp.get("/rounds/<slug>/the-ballot.json")
@allow(door=EVERYONE)
def ballot_file(slug: str) -> Response:
    """Exactly the bytes that the fingerprint covers; of an earlier version where one is asked for."""
    the_round = _locked_round(slug)
    wanted = request.args.get("version", the_round.ballot_version, type=int)
    found = next((each.content for each in versions_of(the_round.id) if each.version == wanted), None)
    if found is None:
        raise NotFound("no_such_version", N_("The ballot has no such version."))
    return Response(canonical.canonical(found), mimetype="application/json")


@bp.get("/rounds/<slug>/receipts")
@allow(door=EVERYONE)
def receipts(slug: str) -> str | tuple[str, int]:
    """Whether a receipt's ballot was counted: yes or no, never what was on it."""
    the_round = _locked_round(slug)
    opened = opening_of(the_round.id) is not None
    form = ReceiptForm(request.args, meta={"csrf": False})
    if not opened or "receipt" not in request.args:
        return render_template("public/counts/receipts.html", round=the_round, opened=opened, form=form)
    try:
        receipt = read_receipt(request.args["receipt"])
    except Refusal as refusal:
        show_refusal(form, refusal)
        page = render_template("public/counts/receipts.html", round=the_round, opened=opened, form=form)
        return page, refusal.status
    counted = receipt_is_counted(the_round.id, receipt)
    return render_template(
        "public/counts/receipts.html", round=the_round, opened=opened, form=form, receipt=receipt, counted=counted
    )


@bp.get("/rounds/<slug>/how-it-was-counted")
@allow(door=EVERYONE)
def how_it_was_counted(slug: str) -> str:
    """The count with every step, for everybody once it is published and for officers before."""
    the_round = public_round(slug)
    count = certified_count(the_round.id)
    opening = opening_of(the_round.id)
    if count is None or opening is None or not may_see_count(the_round):
        raise NotFound("not_published", N_("How it was counted is shown here once the result is published."))
    return render_template(
        "public/counts/how-it-was-counted.html",
        round=the_round,
        published=the_round.state in PUBLISHED,
        count=count,
        opening=opening,
        reasons=INVALID_REASONS,
        channels=_channels(the_round),
        account=account_of_box(the_round),
        corrections=corrections_of(the_round.id),
        audit=audit_of(the_round.id),
        audit_words=FOUND,
        desk=desk_of(the_round.id),
        pots=pots_of(count, the_round),
        moves=moves_of(count, the_round),
        lots=lots_by_pot(the_round),
        titles=titles_of(the_round),
        unit=unit_of(the_round),
        rules=count_words(the_round),
        **explained_parts(count, the_round),
    )


def _channels(the_round: Round) -> dict[str, int]:
    """How many ballots came in by each way, those with few told together, exactly as the result tells them."""
    return {channel_words(list(cell.names)): cell.count for cell in merged(channels_of(the_round.id))}


def may_see_count(the_round: Round) -> bool:
    """Whether the person may see how it was counted: everybody once it is published, officers before."""
    return the_round.state in PUBLISHED or may_see_counts(actor())


def _locked_round(slug: str) -> Round:
    the_round = public_round(slug)
    if the_round.frozen is None:
        raise NotFound("not_locked", N_("The ballot of this round is not fixed yet."))
    return the_round


@bp.app_template_filter("said")
def said(thing: Any) -> str:
    """A reason, a term or a fault in the reader's language; a term with its number's form of the words."""
    if isinstance(thing, Term) and isinstance(thing.message, Counted):
        return str(ngettext(*thing.message, abs(thing.amount), **thing.params))
    return sentence(thing)


@bp.app_template_filter("fingerprint_words")
def fingerprint_words(sha256: str) -> str:
    """A digest as eight words that can be read aloud."""
    return canonical.words(sha256)


@bp.app_template_filter("fingerprint_figures")
def fingerprint_figures(sha256: str) -> str:
    """A digest as groups of four figures."""
    return canonical.hex_groups(sha256)
