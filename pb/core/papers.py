"""A paper: one voter's sections, one for each pot; the largest that can be, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pb.core.ballots import BallotType
from pb.core.election import Choices, Instance
from pb.core.errors import Fault
from pb.core.receipts import RECEIPT_LENGTH
from pb.core.sealing import PaperContent, pack
from pb.core.settings import Settings
from pb.core.words import N_

MOST_VERSIONS = 999


@dataclass(frozen=True)
class PaperRules:
    """How a paper is marked: the ballot type with its settings, and the instance of each pot by the pot's key."""

    kind: BallotType[Any]
    settings: Settings
    instances: Mapping[str, Instance]

    def largest(self) -> int:
        """The bytes of the largest paper that these rules allow, packed, every pot on it."""
        sections = {key: dict(self.kind.largest(each, self.settings)) for key, each in self.instances.items()}
        return len(pack(PaperContent(sections, "Z" * RECEIPT_LENGTH, MOST_VERSIONS)))

    def faults(self, sections: Mapping[str, object]) -> dict[str, list[Fault]]:
        """What is wrong with each section that has a fault, by the pot's key; empty when the paper can be counted."""
        found = {key: self._section_faults(key, choices) for key, choices in sections.items()}
        return {key: faults for key, faults in found.items() if faults}

    def normalised(self, sections: Mapping[str, Choices]) -> dict[str, Choices]:
        """A paper without faults, written in the one way: a section with no choice is `{}`, an abstention."""
        kind = self.kind
        return {key: {} if kind.is_empty(each) else kind.normalised(each) for key, each in sections.items()}

    def _section_faults(self, key: str, choices: object) -> list[Fault]:
        instance = self.instances.get(key)
        if instance is None:
            return [Fault("unknown_section", N_("This ballot has no section “%(pot)s”."), {"pot": key})]
        return self.kind.faults(choices, instance, self.settings)
