"""Decisions: the powers that members use, and what a decision must hold before it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pb.core.actors import Actor, Role
from pb.core.election import Project
from pb.core.errors import Fault
from pb.core.money import format_money
from pb.core.words import N_

#: The powers under which a decision is made, with what the public record says.
POWERS: dict[str, str] = {
    "ward_member": N_("Single ward member (Local Government and Public Involvement in Health Act 2007, section 236)"),
    "cabinet_member": N_("Cabinet member"),
    "cabinet": N_("Cabinet"),
    "committee": N_("Committee"),
    "delegated": N_("Delegated power under the council’s scheme"),
    "binding": N_("The vote is binding, by a decision that was made before it"),
}
#: Powers that come from another decision, which must be named.
CITED = frozenset({"delegated", "binding"})

LONGEST_TEXT = 2_000
LONGEST_CITATION = 200


class Verdict(StrEnum):
    """How a decision stands to what the vote recommended."""

    AGREED = "agreed"
    MORE = "more"
    LESS = "less"
    DECLINED = "declined"
    NOT_RECOMMENDED = "not_recommended"


@dataclass(frozen=True)
class Resolution:
    """What a member resolves about one project. Amounts in minor units.

    `recommended` is the amount that the member was shown as recommended. Texts are the member's own words.
    """

    recommended: int
    amount: int
    power: str
    citation: str = ""
    reason: str = ""
    alternatives: str = ""
    interests: str = ""

    @property
    def agrees(self) -> bool:
        """Whether it gives what was recommended."""
        return self.amount == self.recommended


def verdict(recommended: int, amount: int) -> Verdict:
    """How an amount that was decided stands to the recommended one, both in minor units."""
    if amount == recommended:
        return Verdict.AGREED if amount else Verdict.NOT_RECOMMENDED
    if not amount:
        return Verdict.DECLINED
    return Verdict.MORE if amount > recommended else Verdict.LESS


def powers_of(by: Actor, pot_area_id: int | None) -> list[str]:
    """The powers that somebody may use over a pot of an area, or over one of no area (None)."""
    ward = by.has(Role.MEMBER) and pot_area_id is not None and pot_area_id in by.areas
    cabinet = by.has(Role.CABINET)
    held = {
        "ward_member": ward,
        "cabinet_member": cabinet,
        "cabinet": cabinet,
        "committee": cabinet,
        "delegated": ward or cabinet,
        "binding": ward or cabinet,
    }
    return [key for key in POWERS if held[key]]


def resolution_faults(resolution: Resolution, project: Project, powers: list[str], currency: str) -> list[Fault]:
    """What is missing or wrong in a decision about a project, each beside its field; empty when it may stand.

    A difference from the recommendation needs its reason, the alternatives that were considered, and the interests
    (2012 Regulations for executive decisions; the guidance's "you said, we did, because"). Codes: `power_missing`,
    `citation_missing`, `amount_negative`, `over_cost`, `under_minimum`, `vote_is_binding`, `reason_missing`,
    `alternatives_missing`, `interests_missing`, `text_long`.
    """
    found = [
        *_power_faults(resolution, powers),
        *_amount_faults(resolution, project, currency),
        *_word_faults(resolution),
    ]
    limits = {"reason": LONGEST_TEXT, "alternatives": LONGEST_TEXT, "interests": LONGEST_TEXT}
    for name, most in {**limits, "citation": LONGEST_CITATION}.items():
        if len(getattr(resolution, name)) > most:
            found.append(Fault("text_long", N_("Use at most %(most)s characters."), {"most": most}, name))
    return found


def _power_faults(resolution: Resolution, powers: list[str]) -> Iterator[Fault]:
    if resolution.power not in powers:
        yield Fault("power_missing", N_("Choose the power under which you decide."), field="power")
    elif resolution.power in CITED and not resolution.citation.strip():
        sentence = N_("Name the decision or scheme that gives this power, with its date.")
        yield Fault("citation_missing", sentence, field="citation")


def _amount_faults(resolution: Resolution, project: Project, currency: str) -> Iterator[Fault]:
    amount, minimum = resolution.amount, project.minimum
    if amount < 0:
        yield Fault("amount_negative", N_("Enter an amount of £0 or more."), field="amount")
    elif amount > max(project.cost, resolution.recommended):
        sentence = N_("The bid asked for %(cost)s. You cannot give it more.")
        yield Fault("over_cost", sentence, {"cost": format_money(project.cost, currency)}, "amount")
    elif minimum is not None and 0 < amount < minimum and not resolution.agrees:
        sentence = N_("The group cannot go ahead with less than %(minimum)s. Give at least that, or nothing.")
        yield Fault("under_minimum", sentence, {"minimum": format_money(minimum, currency)}, "amount")


def _word_faults(resolution: Resolution) -> Iterator[Fault]:
    if resolution.agrees:
        return
    if resolution.power == "binding":
        yield Fault("vote_is_binding", N_("The vote is binding here, so the decision follows it."), field="amount")
    if not resolution.reason.strip():
        sentence = N_("Say why you differ from the vote. Residents read this beside the rank.")
        yield Fault("reason_missing", sentence, field="reason")
    if not resolution.alternatives.strip():
        sentence = N_("Say which alternatives you considered, and why you did not take them.")
        yield Fault("alternatives_missing", sentence, field="alternatives")
    if not resolution.interests.strip():
        sentence = N_("Say which interests were declared. Write “None” where there were none.")
        yield Fault("interests_missing", sentence, field="interests")
