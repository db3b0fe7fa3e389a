"""How a round votes and counts: presets, and a page for every setting of them."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from pb.core.allocation import AllocationSettings
from pb.core.ballots import BALLOT_TYPES
from pb.core.disclosure import FROM_SCORES
from pb.core.errors import Refusal
from pb.core.presets import PRESETS
from pb.core.rules import RULES, TIE_STEPS, Rule, Thresholds
from pb.core.rules.tiebreak import LOT
from pb.core.settings import Settings
from pb.core.surplus import SURPLUS_RULES
from pb.models.rounds import Round
from pb.services.round_ballots import change_ballot, change_money_line, change_rule, choose_preset, is_as_preset
from pb.services.rounds import find_round
from pb.web.forms.fields import ChoiceField, MenuField
from pb.web.forms.settings import chosen, settings_data, settings_form
from pb.web.officers.round_doors import LOOKERS, Answer, back_to, closed_sentence, draw, refused, status_of
from pb.web.order_words import WHOLE
from pb.web.policy import actor, allow

bp = Blueprint("officers_ballots", __name__, url_prefix="/officers/rounds/<slug>/set-up")

#: How many tie steps the page offers before the public lot.
TIES = ("tie_1", "tie_2", "tie_3")


class PresetForm(FlaskForm):  # type: ignore[misc]
    """A whole way of voting and counting."""

    preset = ChoiceField(
        _l("How do people vote?"),
        {key: _l(preset.label) for key, preset in PRESETS.items()},
        needed=_l("Choose one of the ways to vote."),
    )


@bp.route("/ballot", methods=["GET", "POST"])
@allow(*LOOKERS)
def ballot(slug: str) -> Answer:
    """Choose a preset."""
    the_round = find_round(slug)
    form = PresetForm(data={"preset": the_round.preset})
    if form.validate_on_submit():
        try:
            choose_preset(the_round.id, form.preset.data, by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _page("ballot", the_round, form), status
        return redirect(url_for(".settings", slug=slug), 303)
    return _page("ballot", the_round, form, changed=not is_as_preset(the_round)), status_of(form)


@bp.route("/ballot/settings", methods=["GET", "POST"])
@allow(*LOOKERS)
def settings(slug: str) -> Answer:
    """Every setting of the ballot."""
    the_round = find_round(slug)
    kind = BALLOT_TYPES[the_round.ballot_type].settings_type
    form = settings_form(kind)(data=settings_data(the_round.ballot_settings, kind))
    if form.validate_on_submit():
        try:
            change_ballot(the_round.id, chosen(form, kind), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _settings_page(the_round, form), status
        return back_to(the_round, _("Saved."))
    return _settings_page(the_round, form), status_of(form)


@bp.route("/counting", methods=["GET", "POST"])
@allow(*LOOKERS)
def counting(slug: str) -> Answer:
    """The counting rule with its options."""
    the_round = find_round(slug)
    kind = RULES[the_round.rule].options_type
    form = _rule_form(the_round)
    if form.validate_on_submit():
        moved = form.rule.data != the_round.rule
        try:
            change_rule(the_round.id, form.rule.data, {} if moved else chosen(form, kind), by=actor())
        except Refusal as refusal:
            status = refused(form, refusal)
            return _counting(the_round, form), status
        # another rule has other options: show them before going on
        where = ".counting" if moved and RULES[form.rule.data].options_type.described() else ".money_line"
        return redirect(url_for(where, slug=slug), 303)
    return _counting(the_round, form), status_of(form)


def _counting(the_round: Round, form: FlaskForm) -> str:
    return _page("counting", the_round, form, needs_ballots=the_round.rule not in FROM_SCORES)


@bp.route("/counting/money", methods=["GET", "POST"])
@allow(*LOOKERS)
def money_line(slug: str) -> Answer:
    """How the money runs down the ranking: allocation, thresholds, ties, surplus."""
    the_round = find_round(slug)
    form = _line_form(the_round)
    if form.validate_on_submit():
        ties = [form[name].data for name in TIES if form[name].data]
        try:
            change_money_line(
                the_round.id,
                chosen(form, AllocationSettings),
                chosen(form, Thresholds),
                ties,
                form.surplus.data,
                by=actor(),
            )
        except Refusal as refusal:
            status = refused(form, refusal)
            return _line_page(the_round, form), status
        return back_to(the_round, _("Saved."))
    return _line_page(the_round, form), status_of(form)


def _rule_form(the_round: Round) -> FlaskForm:
    kind = RULES[the_round.rule].options_type
    labels = {key: _(rule.label) for key, rule in _rules_for(the_round).items()}
    rule = ChoiceField(_("Which bids come first?"), labels, needed=_("Choose one of the counting rules."))
    made = type("CountingForm", (settings_form(kind),), {"rule": rule})
    return made(data={"rule": the_round.rule, **settings_data(the_round.rule_options, kind)})


def _rules_for(the_round: Round) -> dict[str, Rule]:
    """The rules that can count the round's ballots, and the one that it has now."""
    kind = the_round.ballot_type
    return {
        key: rule
        for key, rule in RULES.items()
        if not rule.ballot_types or kind in rule.ballot_types or key == the_round.rule
    }


def _line_form(the_round: Round) -> FlaskForm:
    steps = {"": _("nothing more"), **{key: _(step.label) for key, step in TIE_STEPS.items() if key != LOT}}
    labels = (_("First"), _("Then"), _("After that"))
    ties = {name: MenuField(label, steps, mark_optional=False) for name, label in zip(TIES, labels, strict=True)}
    surplus = ChoiceField(
        _("What happens with money that is left?"), {key: _(text) for key, text in SURPLUS_RULES.items()}
    )
    made = type("LineForm", (settings_form(AllocationSettings, Thresholds),), {**ties, "surplus": surplus})
    kept = [step for step in the_round.tie_steps if step != LOT]
    data = {
        **settings_data({"kind": the_round.allocation, **the_round.allocation_options}, AllocationSettings),
        **settings_data(the_round.threshold, Thresholds),
        **dict(zip(TIES, [*kept, "", "", ""], strict=False)),
        "surplus": the_round.surplus,
    }
    return made(data=data)


def _page(template: str, the_round: Round, form: FlaskForm, **context: object) -> str:
    closed = closed_sentence(the_round, "ballot")
    return draw(
        template,
        the_round,
        form,
        section="ballot",
        closed=closed,
        presets=PRESETS,
        rules=_rules_for(the_round),
        **context,
    )


def _settings_page(the_round: Round, form: FlaskForm) -> str:
    return _page("ballot-settings", the_round, form, kind=BALLOT_TYPES[the_round.ballot_type])


def _line_page(the_round: Round, form: FlaskForm) -> str:
    names: dict[str, type[Settings]] = {"allocation": AllocationSettings, "threshold": Thresholds}
    groups = {name: [form[each.name] for each in kind.described()] for name, kind in names.items()}
    return _page(
        "counting-money",
        the_round,
        form,
        groups=groups,
        ties=[form[name] for name in TIES],
        whole=the_round.rule in WHOLE,
    )
