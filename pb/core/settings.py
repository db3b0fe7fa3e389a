"""Settings that an officer chooses: frozen, described well enough for a generic form, read from JSON with faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, Self

from pb.core.errors import Fault, Refusals
from pb.core.words import N_

_KEY = "described"


@dataclass(frozen=True)
class Described:
    """What a form needs to know about one setting.

    `kind` is `number`, `money` (minor units), `yes_no` or `choice`; `choices` are (value, label) pairs.
    An `optional` number may be left empty, which means that there is no such limit.
    """

    label: str
    kind: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    least: int = 0
    most: int | None = None
    name: str = ""
    default: object = None


def number(
    label: str, default: int, *, help: str = "", least: int = 0, most: int | None = None, kind: str = "number"
) -> Any:
    """A whole number that must be given."""
    return field(default=default, metadata={_KEY: Described(label, kind, help, least=least, most=most)})


def limit(label: str, *, help: str = "", least: int = 0, most: int | None = None, kind: str = "number") -> Any:
    """A whole number that may be left empty: no such limit."""
    described = Described(label, kind, help, optional=True, least=least, most=most)
    return field(default=None, metadata={_KEY: described})


def yes_no(label: str, default: bool, *, help: str = "") -> Any:
    """A box that is ticked or not."""
    return field(default=default, metadata={_KEY: Described(label, "yes_no", help)})


def choice(label: str, default: str, choices: tuple[tuple[str, str], ...], *, help: str = "") -> Any:
    """One of a few named possibilities."""
    return field(default=default, metadata={_KEY: Described(label, "choice", help, choices)})


@dataclass(frozen=True)
class Settings:
    """The base of every group of settings. A subclass lists its fields by `number`, `limit`, `yes_no`, `choice`."""

    @classmethod
    def described(cls) -> tuple[Described, ...]:
        """The settings in the order in which a form shows them."""
        return tuple(_described(each) for each in fields(cls))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read settings from plain JSON data; what is not named keeps its default.

        Raises Refusals (`setting_unknown`, `setting_wrong`), one fault for each setting that cannot be.
        """
        known = {each.name: each for each in cls.described()}
        faults = [_unknown(name) for name in data if name not in known]
        faults += [
            _wrong(known[name]) for name, value in data.items() if name in known and not _may_be(known[name], value)
        ]
        if faults:
            raise Refusals(faults)
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON data; `from_json` reads it back."""
        return asdict(self)

    def faults(self, projects: int) -> list[Fault]:
        """What is silly about these settings together, for a ballot of so many projects. Empty when all is well."""
        del projects
        return []


def _described(each: Any) -> Described:
    described: Described = each.metadata[_KEY]
    default = None if each.default is MISSING else each.default
    return Described(**{**described.__dict__, "name": each.name, "default": default})


def _may_be(setting: Described, value: object) -> bool:
    if setting.kind == "yes_no":
        return isinstance(value, bool)
    if setting.kind == "choice":
        return any(value == key for key, _ in setting.choices)
    if value is None:
        return setting.optional
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= setting.least and (setting.most is None or value <= setting.most)


def _unknown(name: str) -> Fault:
    return Fault("setting_unknown", N_("There is no setting called %(name)s."), {"name": name}, name)


def _wrong(setting: Described) -> Fault:
    if setting.kind == "choice":
        return Fault("setting_wrong", N_("Choose one of the listed answers."), field=setting.name)
    if setting.kind == "yes_no":
        return Fault("setting_wrong", N_("Answer yes or no."), field=setting.name)
    if setting.most is None:
        sentence, params = N_("Enter a whole number of at least %(least)s."), {"least": setting.least}
    else:
        sentence = N_("Enter a whole number from %(least)s to %(most)s.")
        params = {"least": setting.least, "most": setting.most}
    return Fault("setting_wrong", sentence, params, setting.name)
