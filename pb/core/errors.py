"""Refusals: a "no" with a code and plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Params = Mapping[str, object]

NO_PARAMS: Params = MappingProxyType({})


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with what was entered.

    `message` is an English sentence with %(name)s places for `params`; pages translate it. `field` names the
    form field that it stands beside, or is empty when it concerns the whole page.
    """

    code: str
    message: str
    params: Params = field(default_factory=lambda: NO_PARAMS)
    field: str = ""

    def __str__(self) -> str:
        return self.message % dict(self.params) if self.params else self.message


class Refusal(Exception):
    """The answer to a deed that may not be done: a code for tests and logs, a sentence for people.

    `status` is the HTTP status a page gives it: 403 not yours to do, 404 not there, 409 not now, 422 not like this.
    """

    status = 409

    def __init__(
        self, code: str, message: str, *, field: str = "", status: int | None = None, **params: object
    ) -> None:
        self.fault = Fault(code, message, MappingProxyType(params), field)
        if status is not None:
            self.status = status
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.fault)

    @property
    def code(self) -> str:
        """The refusal's code, such as `code_used`."""
        return self.fault.code

    @property
    def field(self) -> str:
        """The form field that the refusal stands beside; empty for the page as a whole."""
        return self.fault.field


class Refusals(Refusal):
    """Several faults found at once, so that a person can mend them all in one go. Never empty."""

    status = 422

    def __init__(self, faults: list[Fault]) -> None:
        first = faults[0]
        super().__init__(first.code, first.message, field=first.field)
        self.fault = first
        self.faults = faults


class NotAllowed(Refusal):
    """The person may not do this deed, whoever's turn it is."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of."""

    status = 404
