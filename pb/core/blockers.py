"""What still stops an arrow of a round, in plain words, with the page where it can be mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pb.core.errors import NO_PARAMS, Fault, Params, Refusals


@dataclass(frozen=True)
class Blocker:
    """One thing in the way of a state change.

    `message` is an English sentence with %(name)s places for `params`. `endpoint` and `args` name the page where
    it can be mended; no endpoint means that nothing but time or somebody else can.
    """

    code: str
    message: str
    params: Params = field(default_factory=lambda: NO_PARAMS)
    endpoint: str = ""
    args: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % dict(self.params) if self.params else self.message

    @property
    def fault(self) -> Fault:
        """The same as a fault of the page as a whole."""
        return Fault(self.code, self.message, self.params)


class Blocked(Refusals):
    """A state change that something still stops; never without a blocker."""

    status = 409

    def __init__(self, blockers: list[Blocker]) -> None:
        self.blockers = blockers
        super().__init__([blocker.fault for blocker in blockers])
