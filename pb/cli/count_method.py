"""The method that `pb count` is asked for: the file's own, or a rule with its options as they are typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pb.core.errors import Refusal
from pb.core.pabulib import PbFile, official_method
from pb.core.pabulib.amounts import parse_amount
from pb.core.pabulib.official import SKIP
from pb.core.rules import AllocationSettings, Method, Thresholds, rule_called
from pb.core.rules.tiebreak import TIE_STEPS
from pb.core.settings import Described, Settings

YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Asked:
    """What the command line says about the method; None or empty: nothing."""

    rule: str | None = None
    allocation: str | None = None
    completion: str | None = None
    options: tuple[str, ...] = ()
    ties: str = "published"

    @property
    def all_options(self) -> Iterable[str]:
        """The options as NAME=VALUE, the completion among them."""
        yield from self.options
        if self.completion is not None:
            yield f"completion={self.completion}"


def method_asked(election: PbFile, asked: Asked) -> Method:
    """The file's own method, or the one asked for, with the file's threshold and with the options asked for.

    Raises Refusal `rule_not_known`, `tie_step_unknown`, `option_shape`, `option_unknown`, `option_wrong`.
    """
    method = _begun(election, asked)
    if asked.allocation is not None:
        method = replace(method, allocation=AllocationSettings(asked.allocation))
    given = dict(_pair(text) for text in asked.all_options)
    values = {name: _value(_setting(method, name), text, election) for name, text in given.items()}
    options = type(method.options).from_json({**method.options.to_json(), **values})
    return replace(method, options=options, ties=steps(asked.ties))


def _begun(election: PbFile, asked: Asked) -> Method:
    if asked.rule is None and election.rule != "unknown":
        return official_method(election)
    key = asked.rule or "greedy"
    return Method(key, rule_called(key).options_type(), SKIP, Thresholds(election.threshold))


def steps(text: str) -> tuple[str, ...]:
    """Tie steps, written with commas. Raises Refusal `tie_step_unknown`."""
    keys = tuple(filter(None, text.split(",")))
    for key in keys:
        if key not in TIE_STEPS:
            sentence = "There is no tie step “%(step)s”. There are: %(known)s."
            raise Refusal("tie_step_unknown", sentence, step=key, known=", ".join(TIE_STEPS))
    return keys


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Refusal("option_shape", "Write an option as NAME=VALUE, not “%(text)s”.", text=text)
    return name.strip().replace("-", "_"), value.strip()


def _setting(method: Method, name: str) -> Described:
    known = {each.name: each for each in type(method.options).described()}
    if name in known:
        return known[name]
    rule = method.rule
    if not known:
        raise Refusal("option_unknown", "The rule “%(rule)s” has no options.", rule=rule)
    sentence = "The rule “%(rule)s” has no option “%(name)s”. It has: %(known)s."
    raise Refusal("option_unknown", sentence, rule=rule, name=name, known=", ".join(known))


def _value(setting: Described, text: str, election: PbFile) -> Any:
    """What a typed value means for a setting; nothing typed lifts a limit that may be left out."""
    if not text and setting.optional:
        return None
    found = _READ.get(setting.kind, _whole)(text, setting, election)
    if found is None or not _is_within(found, setting):
        raise Refusal("option_wrong", f"The option “%(name)s” must be {_wanted(setting)}.", name=setting.name)
    return found


def _whole(text: str, _: Described, __: PbFile) -> int | None:
    return int(text) if text.lstrip("-").isdecimal() and text.isascii() else None


def _money(text: str, _: Described, election: PbFile) -> int | None:
    amount = parse_amount(text)
    whole = amount is not None and 10**amount.places <= election.instance.scale
    return amount.minor(election.instance.scale) if amount is not None and whole else None


def _one_of(text: str, setting: Described, _: PbFile) -> str | None:
    return text if any(text == key for key, _ in setting.choices) else None


def _yes_no(text: str, _: Described, __: PbFile) -> bool | None:
    return YES_NO.get(text.lower())


_READ: dict[str, Any] = {"money": _money, "choice": _one_of, "yes_no": _yes_no}


def _is_within(value: Any, setting: Described) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return True
    return value >= setting.least and (setting.most is None or value <= setting.most)


def _wanted(setting: Described) -> str:
    if setting.kind == "choice":
        return "one of: " + ", ".join(key for key, _ in setting.choices)
    if setting.kind == "yes_no":
        return "yes or no"
    what = "an amount" if setting.kind == "money" else "a whole number"
    return (
        f"{what} of at least {setting.least}"
        if setting.most is None
        else (f"{what} from {setting.least} to {setting.most}")
    )


def options_of(settings: type[Settings]) -> str:
    """The options of a rule as its help lists them: NAME=what it may be."""
    return ", ".join(f"{each.name}={_wanted(each)}" for each in settings.described())
