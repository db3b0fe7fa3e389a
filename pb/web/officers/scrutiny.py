"""Scrutiny's own page of a round: audit cards, and every ballot under seal where not all are public."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from pb.core.actors import Role
from pb.core.audit import ENOUGH, FOUND
from pb.core.errors import Refusal
from pb.core.permissions import may_audit, may_give_up_audit
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.accounts import account_of
from pb.services.audits import WHEN, audit_of, give_up_audit, register_audit, reveal_audit
from pb.services.publication import publication_of, published
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.scrutiny import is_withheld, key_of, make_key, open_ballots, seal_ballots, sealed_for
from pb.web.forms.scrutiny import FetchForm, GiveUpForm, KeyForm, RegisterForm, RevealForm, SealForm
from pb.web.officers.round_doors import LOOKERS, Answer, refused, status_of
from pb.web.policy import actor, allow

bp = Blueprint("officers_scrutiny", __name__, url_prefix="/officers/rounds")


@bp.get("/<slug>/scrutiny")
@allow(*LOOKERS)
def index(slug: str) -> str:
    """What scrutiny can do here, and what it has done."""
    return _index(find_round(slug))


@bp.post("/<slug>/scrutiny/register")
@allow(Role.SCRUTINY, step_up=True)
def register(slug: str) -> Answer:
    """Fix the list of audit cards by its fingerprint."""
    the_round, form = find_round(slug), RegisterForm()

    def deed() -> None:
        register_audit(the_round.id, form.sha256.data or "", form.cards.data or 0, by=actor())

    return _done(the_round, "registering", form, deed, _("The list is fixed. Everybody can read its fingerprint."))


@bp.post("/<slug>/scrutiny/reveal")
@allow(Role.SCRUTINY, step_up=True)
def reveal(slug: str) -> Answer:
    """Show the list, once the box is frozen."""
    the_round, form = find_round(slug), RevealForm()

    def deed() -> None:
        reveal_audit(the_round.id, form.listed.data.read(), by=actor())

    return _done(the_round, "revealing", form, deed, _("The list is here. Its ballots will not be counted."))


@bp.post("/<slug>/scrutiny/give-up")
@allow(Role.SCRUTINY, Role.APPROVER, step_up=True)
def give_up(slug: str) -> Answer:
    """Go on without the list, for a reason."""
    the_round, form = find_round(slug), GiveUpForm()

    def deed() -> None:
        give_up_audit(the_round.id, form.reason.data or "", by=actor())

    return _done(the_round, "giving_up", form, deed, _("The reason is on the record."))


@bp.post("/<slug>/scrutiny/key")
@allow(Role.SCRUTINY, step_up=True)
def key(slug: str) -> Answer:
    """Choose the passphrase to which files are sealed."""
    the_round, form = find_round(slug), KeyForm()

    def deed() -> None:
        make_key(form.passphrase.data or "", by=actor())

    return _done(the_round, "keying", form, deed, _("Your key is made."))


@bp.post("/<slug>/scrutiny/seal")
@allow(Role.SCRUTINY, step_up=True)
def seal(slug: str) -> Answer:
    """Have every ballot sealed to one's key."""
    the_round, form = find_round(slug), SealForm()

    def deed() -> None:
        seal_ballots(published(the_round.id).id, by=actor())

    return _done(the_round, "sealing", form, deed, _("Every ballot is sealed to your key."))


@bp.post("/<slug>/scrutiny/ballots.jsonl")
@allow(Role.SCRUTINY, step_up=True)
def ballots(slug: str) -> Answer:
    """Fetch the file, opened with the passphrase."""
    the_round, form = find_round(slug), FetchForm()
    if not form.validate_on_submit():
        return _index(the_round, fetching=form), status_of(form)
    try:
        content = open_ballots(published(the_round.id), form.passphrase.data or "", by=actor())
    except Refusal as refusal:
        status = refused(form, refusal)
        return _index(find_round(slug), fetching=form), status
    headers = {"Content-Disposition": f'attachment; filename="{slug}-ballots.jsonl"', "Cache-Control": "no-store"}
    return Response(content, mimetype="application/jsonl", headers=headers)


def _done(the_round: Round, name: str, form: FlaskForm, deed: Callable[[], None], said: str) -> Answer:
    if not form.validate_on_submit():
        return _index(the_round, **{name: form}), status_of(form)
    try:
        deed()
    except Refusal as refusal:
        status = refused(form, refusal)
        return _index(find_round(the_round.slug), **{name: form}), status
    flash(said, "success")
    return redirect(url_for(".index", slug=the_round.slug), 303)


def _index(the_round: Round, **shown: FlaskForm) -> str:
    by, audit, publication = actor(), audit_of(the_round.id), publication_of(the_round.id)
    kinds = {
        "registering": RegisterForm, "revealing": RevealForm, "giving_up": GiveUpForm, "keying": KeyForm,
        "sealing": SealForm, "fetching": FetchForm,
    }  # fmt: skip
    forms = {name: shown.get(name) or kind(formdata=None) for name, kind in kinds.items()}
    waits = audit is not None and audit.revealed_at is None and not audit.given_up_reason
    phase = round_phase(the_round)
    return render_template(
        "officers/box/scrutiny.html",
        round=the_round,
        audit=audit,
        by_whom=account_of(audit.registered_by).name if audit else "",
        found=FOUND,
        enough=ENOUGH,
        scrutinises=may_audit(by),
        registers=may_audit(by) and audit is None and phase in WHEN,
        reveals=may_audit(by) and waits and phase.value == "closed" and the_round.sealed_root is not None,
        gives_up=may_give_up_audit(by, the_round.owner_id) and waits and phase.value == "closed",
        form=next(iter(shown.values()), None),
        **forms,
        **_files(publication),
    )


def _files(publication: Publication | None) -> dict[str, object]:
    by = actor()
    return {
        "publication": publication,
        "withheld": publication is not None and is_withheld(publication),
        "own_key": key_of(by.account_id),
        "sealed": sealed_for(publication, by) if publication is not None else None,
    }
