"""Refusals as a steward reads them: of the person before them, and with what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pb.core.errors import Fault, Refusal, Refusals
from pb.extensions import present

#: By the code of a refusal that a resident is told in other words. `phone` is that of the officers.
AT_A_STALL: Mapping[str, str] = {
    "name_missing": "Ask for their full name.",
    "postcode_missing": "Ask for the postcode.",
    "postcode_shape": "Ask for the whole postcode, such as EH6 6AB.",
    "postcode_outside": (
        "%(postcode)s is not in the area of this round. Ask for it once more. If it is right and they still say that "
        "they belong here, call the officer: %(phone)s. Until then give nothing out."
    ),
    "year_missing": "Ask for the year in which they were born.",
    "year_unlikely": "Ask once more for the year in which they were born: four figures, such as 1984.",
    "too_young": (
        "They cannot vote in this round, which is from the age of %(least)s. Thank them, and give them a leaflet: they "
        "are welcome to look at every project."
    ),
    "too_old": (
        "They cannot vote in this round, which is up to the age of %(most)s. Thank them, and give them a leaflet: they "
        "are welcome to look at every project."
    ),
    "link_missing": (
        "Ask what links them to this area. If nothing in the list does, they cannot vote in this round: thank them, "
        "and give them a leaflet."
    ),
    "not_declared": "Ask whether that is true and their only ballot in this round. Tick it once they say yes.",
    "ward_needed": "More than one area fits. Ask which one they choose to vote in.",
    "ward_unknown": "Ask which of these areas they choose to vote in.",
    "not_now": "That cannot be done now: the round is “%(state)s”. Call the officer: %(phone)s.",
}
#: In a hall whoever cannot vote is let in all the same.
AT_A_DOOR: Mapping[str, str] = {
    **AT_A_STALL,
    "postcode_outside": (
        "%(postcode)s is not in the area of this round. Ask for it once more. If it is right and they still say that "
        "they belong here, call the officer over. Otherwise press “Observer badge”: they are welcome to watch."
    ),
    "too_young": (
        "They cannot vote in this round, which is from the age of %(least)s. Press “Observer badge”: they are welcome "
        "to watch."
    ),
    "too_old": (
        "They cannot vote in this round, which is up to the age of %(most)s. Press “Observer badge”: they are welcome "
        "to watch."
    ),
    "link_missing": (
        "Ask what links them to this area. If nothing in the list does, press “Observer badge”: they are welcome to "
        "watch."
    ),
    "not_declared": "Ask whether that is true and whether they have voted yet. Tick it once they say so.",
}


def to_steward(refusal: Refusal, words: Mapping[str, str] = AT_A_STALL) -> Refusals:
    """A refusal in a steward's words; what has none keeps its own."""
    faults = refusal.faults if isinstance(refusal, Refusals) else [refusal.fault]
    return Refusals([_said(each, words) for each in faults])


def _said(fault: Fault, words: Mapping[str, str]) -> Fault:
    if fault.code not in words:
        return fault
    phone = present.settings.contact_phone
    return replace(fault, message=words[fault.code], params={**fault.params, "phone": phone})
