"""How a round votes and counts: a preset to start from, every setting open to change until the lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pb.core.actors import Actor
from pb.core.allocation import AllocationSettings
from pb.core.ballots import BALLOT_TYPES
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.presets import PRESETS, Preset
from pb.core.rules import RULES, TIE_STEPS, Method
from pb.core.rules.thresholds import Thresholds
from pb.core.rules.tiebreak import LOT
from pb.core.surplus import SURPLUS_RULES
from pb.core.words import N_
from pb.models.rounds import Round
from pb.services.elections import ballot_of, method_of
from pb.services.ledger import record
from pb.services.round_sections import changed_fields, may_change
from pb.services.rounds import round_to_change
from pb.services.transactions import transaction

#: More projects than any ballot has: settings are judged against the real number at the lock.
MANY_PROJECTS = 10_000


def choose_preset(round_id: int, key: str, *, by: Actor) -> None:
    """Take over a whole way of voting and counting, a key of PRESETS.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `not_assessed`, `locked`, `preset_unknown`. Event
    `round_changed`.
    """
    preset = PRESETS.get(key)
    if preset is None:
        sentence = N_("Choose one of the ways to vote.")
        raise Refusal("preset_unknown", sentence, field="preset", status=422)
    _change(round_id, "ballot", {"preset": key, **columns_of(preset)}, by)


def change_ballot(round_id: int, settings: Mapping[str, Any], *, by: Actor) -> None:
    """Change the settings of the round's ballot type, given as plain data; those left out keep their default.

    Raises what `choose_preset` raises; Refusals (`setting_wrong` and what the type finds silly), by setting.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        kind = BALLOT_TYPES[the_round.ballot_type]
        chosen = kind.settings_type.from_json(settings)
        _refuse(chosen.faults(MANY_PROJECTS))
        _change(round_id, "ballot", {"ballot_settings": chosen.to_json()}, by)


def change_rule(round_id: int, rule: str, options: Mapping[str, Any], *, by: Actor) -> None:
    """Change the counting rule and its options, given as plain data.

    Raises what `choose_preset` raises; Refusal `rule_unknown`, `rule_not_for_ballot`; Refusals (`setting_wrong`).
    """
    if rule not in RULES:
        raise Refusal("rule_unknown", N_("Choose one of the counting rules."), field="rule", status=422)
    chosen = RULES[rule].options_type.from_json(options)
    _change(round_id, "counting", {"rule": rule, "rule_options": chosen.to_json()}, by)


def change_money_line(
    round_id: int,
    allocation: Mapping[str, Any],
    thresholds: Mapping[str, Any],
    ties: Sequence[str],
    surplus: str,
    *,
    by: Actor,
) -> None:
    """Change how the money runs down the ranking: plain data of AllocationSettings and Thresholds, tie steps, surplus.

    A public lot is always the last tie step. Raises what `choose_preset` raises; Refusals (`setting_wrong`,
    `tie_step_unknown`, `tie_step_twice`, `reserve_without_stop`, `surplus_unknown`).
    """
    faults = list(_line_faults(allocation, thresholds, ties, surplus))
    _refuse(faults)
    chosen = AllocationSettings.from_json(allocation).to_json()
    values = {
        "allocation": chosen.pop("kind"),
        "allocation_options": chosen,
        "threshold": Thresholds.from_json(thresholds).to_json(),
        "tie_steps": with_lot_last(ties),
        "surplus": surplus,
    }
    _change(round_id, "counting", values, by)


def with_lot_last(ties: Sequence[str]) -> list[str]:
    """Tie steps with the public lot behind them, since nothing else is sure to decide."""
    return [*(step for step in ties if step != LOT), LOT]


def columns_of(preset: Preset) -> dict[str, Any]:
    """A preset as the columns of a round."""
    return {"ballot_type": preset.ballot_type, "ballot_settings": preset.settings.to_json(), **_method(preset.method)}


def is_as_preset(the_round: Round) -> bool:
    """Whether nothing was changed since the preset was chosen."""
    preset = PRESETS.get(the_round.preset)
    return preset is not None and all(getattr(the_round, name) == value for name, value in columns_of(preset).items())


def ballot_faults(the_round: Round) -> list[Fault]:
    """What is wrong with a round's ballot and count as they are set; empty when all is well."""
    try:
        kind, settings = ballot_of(the_round)
        method = method_of(the_round)
        RULES[method.rule].refuse_ballot_type(kind.key)
    except Refusals as refusals:
        return refusals.faults
    except Refusal as refusal:
        return [refusal.fault]
    return [*settings.faults(MANY_PROJECTS), *RULES[method.rule].faults(method.options, kind.key)]


def _method(method: Method) -> dict[str, Any]:
    allocation = method.allocation.to_json()
    return {
        "rule": method.rule,
        "rule_options": method.options.to_json(),
        "allocation": allocation.pop("kind"),
        "allocation_options": allocation,
        "threshold": method.thresholds.to_json(),
        "tie_steps": with_lot_last(method.ties),
    }


def _change(round_id: int, section: str, values: Mapping[str, Any], by: Actor) -> None:
    """Set columns, refuse what does not fit together, record it."""
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        may_change(the_round, section)
        changed = changed_fields(the_round, values)
        method = method_of(the_round)
        RULES[method.rule].refuse_ballot_type(the_round.ballot_type)
        _refuse(RULES[method.rule].faults(method.options, the_round.ballot_type))
        if changed:
            record("round_changed", by, round_id=round_id, subject=f"round:{round_id}", fields=changed)


def _line_faults(
    allocation: Mapping[str, Any], thresholds: Mapping[str, Any], ties: Sequence[str], surplus: str
) -> Iterator[Fault]:
    for kind, data in ((AllocationSettings, allocation), (Thresholds, thresholds)):
        try:
            kind.from_json(data)
        except Refusals as refusals:
            yield from refusals.faults
    if surplus not in SURPLUS_RULES:
        yield Fault("surplus_unknown", N_("Choose one of the listed answers."), field="surplus")
    if any(step not in TIE_STEPS for step in ties):
        yield Fault("tie_step_unknown", N_("Choose from the steps that are offered."), field="ties")
    if len(set(ties)) < len(ties):
        yield Fault("tie_step_twice", N_("A tie step is named twice."), field="ties")


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Refusals(faults)
