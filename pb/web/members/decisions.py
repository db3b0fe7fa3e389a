"""Members decide: the list of a round's bids, one bid, agreeing with the rest, declaring an interest, publishing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pb.core.actors import Role
from pb.core.decisions import POWERS
from pb.core.errors import NotFound, Refusal
from pb.core.words import N_
from pb.models.rounds import Round
from pb.services.decision_desk import Desk, PotDesk, desk_of, find_desk, rounds_to_decide
from pb.services.decisions import agree_with_the_rest, decide, publish_decisions, refuse_person
from pb.services.interests import declare_interest
from pb.services.publication import publications_of
from pb.services.support import supports_of
from pb.web.forms.decisions import AgreeForm, DecideForm, InterestForm, PublishForm
from pb.web.forms.summary import show_refusal
from pb.web.members.home import READERS
from pb.web.policy import actor, allow
from pb.web.result_words import DIFFERENT, VERDICTS, power_words, vote_words

bp = Blueprint("members_decisions", __name__, url_prefix="/members/rounds")
bp.add_app_template_filter(power_words, "power_words")
bp.add_app_template_global(vote_words, "vote_words")

DECIDERS = (Role.MEMBER, Role.CABINET)
UNPROCESSABLE = 422

Answer = str | Response | tuple[str, int]


def round_on_desk(slug: str) -> tuple[Round, list[PotDesk]]:
    """A round in which the person has a say. Raises NotFound `no_round`."""
    found = next((each for each in rounds_to_decide(actor()) if each.slug == slug), None)
    if found is None:
        raise NotFound("no_round", N_("There is no such round on your desk."))
    return found, desk_of(found)


@bp.get("/<slug>")
@allow(*READERS)
def overview(slug: str) -> str:
    """A round's bids by pot, those of the member's own ward first: rank, votes, recommendation, decision."""
    the_round, pots = round_on_desk(slug)
    by = actor()
    pots.sort(key=lambda each: each.pot.area_id not in by.areas)
    desks = [desk for pot in pots for desk in pot.projects]
    waiting = [each for each in desks if each.waits and each.may_be_decided(by)]
    own = [each for each in desks if each.decision and each.decision.decided_by == by.account_id]
    return render_template(
        "members/round.html",
        round=the_round,
        pots=pots,
        by=by,
        waiting=waiting,
        agreeable=[each for each in waiting if each.may_be_agreed(by)],
        unpublished=[each for each in own if each.decision and each.decision.published_at is None],
        elsewhere=[each for each in desks if each.waits and not each.may_be_decided(by)],
        publications=publications_of(the_round.id),
        verdicts=VERDICTS,
    )


@bp.get("/<slug>/projects/<key>")
@allow(*READERS)
def project(slug: str, key: str) -> str:
    """One bid with everything that is known, and what may be done about it."""
    the_round, pots = round_on_desk(slug)
    desk, pot = find_desk(pots, key)
    return render_template(
        "members/project.html",
        round=the_round,
        desk=desk,
        pot=pot,
        may_decide=actor().has(*DECIDERS) and desk.may_be_decided(actor()),
        own=desk.decision is not None and desk.decision.decided_by == actor().account_id,
        interested=any(each.account_id == actor().account_id for each in desk.interests),
        supports=supports_of(desk.project.id),
        verdicts=VERDICTS,
        different=DIFFERENT,
    )


@bp.route("/<slug>/projects/<key>/decide", methods=["GET", "POST"])
@allow(*DECIDERS, step_up=True)
def decide_project(slug: str, key: str) -> Answer:
    """Agree with the recommendation on one bid, or differ with reasons."""
    the_round, pots = round_on_desk(slug)
    desk, _pot = find_desk(pots, key)
    refuse_person(desk, actor())
    form = DecideForm()
    form.fill(desk, desk.powers(actor()), the_round.currency)
    if not form.validate_on_submit():
        return _decide_page(slug, key, form), UNPROCESSABLE if form.errors else 200
    try:
        decide(desk.project.id, form.resolution(), by=actor())
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _decide_page(slug, key, form), refusal.status
    flash(_("Your decision is kept. Nobody outside the council sees it until you publish it."), "success")
    return redirect(url_for(".overview", slug=slug), 303)


def _decide_page(slug: str, key: str, form: DecideForm) -> str:
    """The rows were read again by the service, so they are found anew."""
    the_round, pots = round_on_desk(slug)
    desk, pot = find_desk(pots, key)
    return render_template("members/decide.html", round=the_round, desk=desk, pot=pot, form=form)


@bp.route("/<slug>/agree", methods=["GET", "POST"])
@allow(*DECIDERS, step_up=True)
def agree(slug: str) -> Answer:
    """Agree with every recommendation that waits for this person, after one look at the list."""
    the_round, pots = round_on_desk(slug)
    form = AgreeForm()
    waiting = _agreeable(pots)
    form.offer([key for key in POWERS if any(key in each.powers(actor()) for each in waiting)])
    if not form.validate_on_submit():
        return _agree_page(slug, form), UNPROCESSABLE if form.errors else 200
    try:
        count = agree_with_the_rest(
            the_round.id, power=str(form.power.data), citation=form.citation.data or "", by=actor()
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _agree_page(slug, form), refusal.status
    flash(ngettext("One decision is kept.", "%(num)s decisions are kept.", count), "success")
    return redirect(url_for(".overview", slug=slug), 303)


def _agreeable(pots: list[PotDesk]) -> list[Desk]:
    desks = [desk for pot in pots for desk in pot.projects]
    return [each for each in desks if each.may_be_agreed(actor())]


def _agree_page(slug: str, form: AgreeForm) -> str:
    the_round, pots = round_on_desk(slug)
    return render_template("members/agree.html", round=the_round, waiting=_agreeable(pots), form=form)


@bp.route("/<slug>/projects/<key>/interest", methods=["GET", "POST"])
@allow(*DECIDERS)
def interest(slug: str, key: str) -> Answer:
    """Declare an interest in one bid."""
    the_round, pots = round_on_desk(slug)
    desk, _pot = find_desk(pots, key)
    form, project_id = InterestForm(), desk.project.id
    status = UNPROCESSABLE if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            declare_interest(project_id, str(form.nature.data), by=actor())
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            flash(_("Your interest is declared. You cannot decide this bid."), "success")
            return redirect(url_for(".project", slug=slug, key=key), 303)
    the_round, pots = round_on_desk(slug)
    desk, _pot = find_desk(pots, key)
    return render_template("members/interest.html", round=the_round, desk=desk, form=form), status


@bp.route("/<slug>/publish", methods=["GET", "POST"])
@allow(*DECIDERS, step_up=True)
def publish(slug: str) -> Answer:
    """Publish one's own decisions, after reading them as residents will."""
    the_round, _pots = round_on_desk(slug)
    form = PublishForm()
    status = UNPROCESSABLE if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            count = publish_decisions(the_round.id, by=actor())
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            flash(ngettext("One decision is published.", "%(num)s decisions are published.", count), "success")
            return redirect(url_for(".overview", slug=slug), 303)
    the_round, pots = round_on_desk(slug)
    desks = [desk for pot in pots for desk in pot.projects]
    waiting = [
        each
        for each in desks
        if each.decision and each.decision.decided_by == actor().account_id and each.decision.published_at is None
    ]
    page = render_template("members/publish.html", round=the_round, waiting=waiting, form=form, verdicts=VERDICTS)
    return page, status
