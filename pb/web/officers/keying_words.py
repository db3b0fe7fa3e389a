"""What is wrong with a paper or its sheet, as whoever types it reads it: what to look at, and what to choose then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pb.core.errors import Fault, Refusal, Refusals

#: By the code of a fault that a voter is told in other words; a paper that breaks the rules is void, never put right.
ON_A_PAPER: Mapping[str, str] = {
    "too_many": (
        "%(chosen)s are typed, and a voter may choose %(most)s. If the paper says so, choose “too many choices”."
    ),
    "too_many_in_category": (
        "%(chosen)s are typed in “%(category)s”, and a voter may choose %(most)s there. If the paper says so, choose "
        "“too many choices”."
    ),
    "too_few": "%(chosen)s are typed, and a voter marks at least %(least)s. If the paper says so, choose “unclear”.",
    "unused": "%(chosen)s are typed, and a voter marks all %(most)s. If the paper says so, choose “unclear”.",
    "no_boost": "This ballot has no extra vote. If one is marked all the same, choose “unclear”.",
    "boost_misplaced": (
        "“%(project)s” cannot have the extra vote. If the paper gives it to this project, choose “unclear”."
    ),
    "two_extra": "Two extra votes are typed, and a voter has one. If the paper says so, choose “too many choices”.",
    "over_pot": (
        "What is typed costs %(cost)s, and a voter may spend %(cap)s. If the paper says so, choose “too many choices”."
    ),
    "under_floor": (
        "What is typed costs %(cost)s, and a voter spends at least %(floor)s. If the paper says so, choose “unclear”."
    ),
    "too_many_points": (
        "%(given)s points are typed, and a voter has %(total)s. If the paper says so, choose “too many choices”."
    ),
    "points_unused": (
        "%(given)s points are typed, and a voter gives all %(total)s. If the paper says so, choose “unclear”."
    ),
    "too_few_points": (
        "%(given)s points are typed, and a voter gives at least %(least)s. If the paper says so, choose “unclear”."
    ),
    "too_few_each": (
        "“%(project)s” has fewer than %(least)s points. If the paper says so, choose “a score out of range”."
    ),
    "too_many_each": (
        "“%(project)s” has more than %(most)s points. If the paper says so, choose “a score out of range”."
    ),
    "off_scale": (
        "“%(project)s” can have a score from %(lowest)s to %(highest)s. If the paper says otherwise, choose “a score "
        "out of range”."
    ),
    "not_scored": "“%(project)s” has no score. If it has none on the paper, choose “a score missing”.",
    "same_place": "Place %(place)s is typed twice. If the paper says so, choose “unclear”.",
}
#: The same for the sheet on which a voter says who they are; whoever types it sets the paper aside further down.
ON_A_SHEET: Mapping[str, str] = {
    "name_missing": "Type the full name. If none can be read, set the paper aside as unclear.",
    "postcode_missing": "Type the postcode. If none can be read, set the paper aside as unclear.",
    "postcode_shape": (
        "Type the whole postcode, such as EH6 6AB. If it cannot be read, set the paper aside as unclear."
    ),
    "postcode_outside": (
        "%(postcode)s is not in the area of this round. Look at the sheet once more. If it says so, set the paper "
        "aside as out of area."
    ),
    "year_missing": "Type the year of birth. If none can be read, set the paper aside as unclear.",
    "year_unlikely": (
        "Type the year of birth in four figures, such as 1984. If none can be read, set the paper aside as unclear."
    ),
    "too_young": "One votes from the age of %(least)s. If the sheet says so, set the paper aside as under age.",
    "too_old": "One votes up to the age of %(most)s. If the sheet says so, set the paper aside as unclear.",
    "link_missing": (
        "Choose what links them to the area: they live there unless a second postcode stands on the sheet. If nothing "
        "does, set the paper aside as out of area."
    ),
    "not_declared": "Tick this where the sheet is signed. If it is not, set the paper aside as unclear.",
}
#: A code that cannot be one: the voter who wrote it is not here to look at the card again.
CODE = " If it stands so on the paper, choose “unclear”."


def on_a_paper(fault: Fault) -> Fault:
    """A fault of keyed marks in the words of whoever keys; one that has none keeps its own."""
    if fault.code in ON_A_PAPER:
        return replace(fault, message=ON_A_PAPER[fault.code])
    if fault.field == "code" and fault.code != "code_needed":
        return replace(fault, message=fault.message + CODE)
    return fault


def on_a_sheet(refusal: Refusal) -> Refusals:
    """A refusal of a declaration in the words of whoever reads the sheet."""
    faults = refusal.faults if isinstance(refusal, Refusals) else [refusal.fault]
    return Refusals([replace(each, message=ON_A_SHEET.get(each.code, each.message)) for each in faults])
