"""Who may vote in a round: age, link to the area, postcode, and a declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pb.core.errors import Fault, Refusal
from pb.core.postcodes import area_for, read_postcode
from pb.core.roll import normalise_name
from pb.core.words import N_

OLDEST = 120


@dataclass(frozen=True)
class Link:
    """One way to belong to the area: its label beside the box, and the question for the postcode of the place."""

    key: str
    label: str
    place_question: str


LINKS: Mapping[str, Link] = {
    link.key: link
    for link in (
        Link("live", N_("I live here"), N_("What is your postcode?")),
        Link("work", N_("I work here"), N_("What is the postcode of the place where you work?")),
        Link("study", N_("I study or go to school here"), N_("What is the postcode of your school or college?")),
        Link("volunteer", N_("I volunteer here"), N_("What is the postcode of the place where you volunteer?")),
    )
}

#: Sets of links that real rounds have used, for the page on which a round is set up.
LINK_PRESETS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "residents": (N_("People who live here"), ("live",)),
    "live_work_study": (N_("People who live, work or study here"), ("live", "work", "study")),
    "everyone": (N_("People who live, work, study or volunteer here"), ("live", "work", "study", "volunteer")),
}


@dataclass(frozen=True)
class VoterRule:
    """Who may vote. `postcodes` are the lines of the area's list (keys as `read_prefix` gives them); none, no check.

    Of the accepted `links`, those in `looked_up` need a postcode in the area: of the home for `live`, of the place
    for the others.
    """

    least_age: int = 0
    most_age: int | None = None
    links: tuple[str, ...] = ("live",)
    looked_up: tuple[str, ...] = ("live",)
    postcodes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Declaration:
    """What a voter says about themselves: the postcode of their home, and of the place where they work and so on."""

    name: str
    postcode: str
    year_of_birth: int | None
    link: str
    declared: bool
    place_postcode: str = ""


def voter_faults(declaration: Declaration, rule: VoterRule, on_day: date) -> list[Fault]:
    """Why this person may not vote on `on_day`, or what is missing; empty when they may.

    From a year of birth alone an age is known to a year, so the person has the benefit of the doubt at both ends:
    somebody who turns the least age at any time in the year of `on_day` may vote, and somebody who has not
    certainly passed the most.

    Codes by field: `name_missing`, `name_too_long` (name); `postcode_missing`, `postcode_shape`,
    `postcode_outside` (postcode or place_postcode); `year_missing`, `year_unlikely`, `too_young`, `too_old`
    (year_of_birth); `link_missing` (link); `not_declared` (declared).
    """
    found = [
        _said(lambda: normalise_name(declaration.name)),
        _said(lambda: read_postcode(declaration.postcode)),
        _age_fault(declaration.year_of_birth, rule, on_day),
        _link_fault(declaration.link, rule),
        _area_fault(declaration, rule),
        _declared_fault(declaration.declared),
    ]
    return [fault for fault in found if fault]


def rule_faults(rule: VoterRule) -> list[Fault]:
    """What is silly about a rule, for the officer who sets it up; empty when all is well.

    Codes: `links_none`, `ages_cross`, `area_no_postcodes`.
    """
    faults = []
    if not rule.links or not set(rule.links) <= LINKS.keys():
        faults.append(Fault("links_none", N_("Choose at least one link to the area."), field="links"))
    if rule.least_age < 0 or (rule.most_age is not None and rule.most_age < rule.least_age):
        faults.append(Fault("ages_cross", N_("The oldest age cannot be below the youngest."), field="most_age"))
    if set(rule.links) & set(rule.looked_up) and not rule.postcodes:
        sentence = N_("List the postcodes of the area, or do not ask for them to be looked up.")
        faults.append(Fault("area_no_postcodes", sentence, field="postcodes"))
    return faults


def _said(read: Callable[[], object]) -> Fault | None:
    try:
        read()
    except Refusal as refusal:
        return refusal.fault
    return None


def _age_fault(year: int | None, rule: VoterRule, on_day: date) -> Fault | None:
    if year is None:
        return Fault("year_missing", N_("Enter the year in which you were born."), field="year_of_birth")
    turns = on_day.year - year
    if not 0 <= turns <= OLDEST:
        sentence = N_("Enter the year in which you were born, with four figures, such as 1984.")
        return Fault("year_unlikely", sentence, field="year_of_birth")
    if turns < rule.least_age:
        sentence = N_("You can vote in this round from the age of %(least)s. You are welcome to look at every project.")
        return Fault("too_young", sentence, {"least": rule.least_age}, "year_of_birth")
    if rule.most_age is not None and turns - 1 > rule.most_age:
        sentence = N_("This round is for people up to the age of %(most)s. You are welcome to look at every project.")
        return Fault("too_old", sentence, {"most": rule.most_age}, "year_of_birth")
    return None


def _link_fault(link: str, rule: VoterRule) -> Fault | None:
    if link in rule.links:
        return None
    sentence = N_("Choose what links you to this area. If none of these fits, ask a steward or the council.")
    return Fault("link_missing", sentence, field="link")


def _area_fault(declaration: Declaration, rule: VoterRule) -> Fault | None:
    if declaration.link not in {*rule.links} & {*rule.looked_up} or not rule.postcodes:
        return None
    at_home = declaration.link == "live"
    name = "postcode" if at_home else "place_postcode"
    try:
        postcode = read_postcode(declaration.postcode if at_home else declaration.place_postcode, name)
    except Refusal as refusal:
        # What is wrong with the home's postcode itself is said already.
        return None if at_home else refusal.fault
    if area_for(postcode, rule.postcodes) is not None:
        return None
    sentence = N_(
        "%(postcode)s does not seem to be in the area of this round. Look at it again. If it is right, ask a steward "
        "or the council, who can look into it with you."
    )
    return Fault("postcode_outside", sentence, {"postcode": postcode}, name)


def _declared_fault(declared: bool) -> Fault | None:
    if declared:
        return None
    sentence = N_("Tick the box to say that what you have told us is true and that you are voting only once.")
    return Fault("not_declared", sentence, field="declared")
