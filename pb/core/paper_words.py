"""The words on printed papers, in every language that papers are printed in; bids stay in the language they have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pb.core.money import format_money

#: One language's words. Places are filled by `str.format`.
Words = Mapping[str, str]

ENGLISH: Words = {
    "ballot": "Ballot paper",
    "slip": "Scoring slip",
    "version": "Ballot version {version}",
    "serial": "Number {serial}",
    "stub": "Stub of paper {serial} – {batch}. Tear it off before the paper is filled in, and keep it apart.",
    "cost": "asks for {cost}",
    "pot": "{amount} to share out",
    "boost": "may have your extra vote",
    "code": "The code from your card",
    "code_help": "16 characters in groups of four, then one more",
    "number": "No.",
    "project": "Project",
    "page": "page",
    "return_paper": "Put this paper into the ballot box at {place} by {closes}.",
    "return_box": "Put this paper into the ballot box where you got it, by {closes}.",
    "return_post": "Send this paper back in the envelope that came with it. It must reach us by {closes}.",
    "return_event": "Hand this slip in when the chair asks for it.",
    "spoil": "Made a mistake? Give this paper back and ask for another. Do not write your name on it.",
    "spoil_post": "Made a mistake? Ring us and we send you another. Do not write your name on it.",
    "spoil_declares": "Made a mistake? Take another paper. Write your name on the other sheet, never on this one.",
    "formats": "Large print, easy read, {languages}, or help: ring {phone} or write to {email}.",
    "read_more": "Read about every project at {address}",
    "symbol": "QR symbol: the address of the round",
    "declares": "Who are you? Fill this in, or your paper cannot count.",
    "declares_why": "Fold your ballot paper inside this sheet. It is taken off first: nobody can tell what you chose.",
    "declares_name": "Full name",
    "declares_postcode": "Home postcode",
    "declares_year": "Year you were born",
    "declares_place": "Postcode of where you work, study or volunteer, if you do not live here",
    "declares_true": "This is true, and it is my only ballot in this round. Signed:",
    "specimen": "Specimen – not a ballot paper",
    "picture": "Picture",
    "approval": "Choose up to {most}: put a cross in the box of each.",
    "approval_exactly": "Choose exactly {most}: put a cross in the box of each.",
    "approval_any": "Choose as many projects as you like: put a cross in the box of each.",
    "approval_kinds": "Choose no more than {per_category} of each kind.",
    "approval_boost": "You have one extra vote for a marked project: write B in its box.",
    "scoring_all": "Score every project from {lowest} to {highest}. {highest} is the best.",
    "scoring_most": "Choose up to {most} projects and score each from {lowest} to {highest}. {highest} is the best.",
    "scoring_exactly": "Choose {most} projects and score each from {lowest} to {highest}. {highest} is the best.",
    "scoring_any": "Score projects from {lowest} to {highest}. {highest} is the best.",
    "scoring_cross": "Put a cross on one number for each project.",
    "scoring_write": "Write the number in the box.",
    "ranked": "Put up to {most} projects in order: write 1 for the one you want most, then 2, and so on.",
    "ranked_exactly": "Put {most} projects in order: write 1 for the one you want most, then 2, and so on.",
    "points": "You have {total} points. Share them among the projects: write how many in each box.",
    "points_all": "You have {total} points. Share all of them: write how many in each box.",
    "points_each": "Give no project more than {most_each}.",
    "knapsack": "Spend the money yourself: cross projects that together cost up to {cap}.",
    "knapsack_pots": "Spend the money yourself: cross projects that together cost no more than each pot holds.",
    "choose_most": "Choose up to {most} projects.",
    "easy_what": "These groups want money. You help to choose who gets it.",
    "easy_secret": "Nobody will know what you chose.",
}
WELSH: Words = {
    "ballot": "Papur pleidleisio",
    "slip": "Papur sgorio",
    "version": "Fersiwn {version} o’r papur pleidleisio",
    "serial": "Rhif {serial}",
    "stub": "Bonyn papur {serial} – {batch}. Rhwygwch ef i ffwrdd cyn llenwi’r papur, a’i gadw ar wahân.",
    "cost": "yn gofyn am {cost}",
    "pot": "{amount} i’w rannu",
    "boost": "gall gael eich pleidlais ychwanegol",
    "code": "Y cod o’ch cerdyn",
    "code_help": "16 nod mewn grwpiau o bedwar, yna un arall",
    "number": "Rhif",
    "project": "Prosiect",
    "page": "tudalen",
    "return_paper": "Rhowch y papur hwn yn y blwch pleidleisio yn {place} erbyn {closes}.",
    "return_box": "Rhowch y papur hwn yn y blwch pleidleisio lle cawsoch ef, erbyn {closes}.",
    "return_post": "Anfonwch y papur hwn yn ôl yn yr amlen a ddaeth gydag ef. Rhaid iddo ein cyrraedd erbyn {closes}.",
    "return_event": "Rhowch y papur hwn i mewn pan fydd y cadeirydd yn gofyn amdano.",
    "spoil": "Camgymeriad? Rhowch y papur hwn yn ôl a gofynnwch am un arall. Peidiwch â rhoi eich enw arno.",
    "spoil_post": "Wedi gwneud camgymeriad? Ffoniwch ni ac anfonwn un arall atoch. Peidiwch â rhoi eich enw arno.",
    "spoil_declares": "Camgymeriad? Cymerwch bapur arall. Ysgrifennwch eich enw ar y daflen arall, byth ar hon.",
    "formats": "Print bras, hawdd ei ddeall, {languages}, neu gymorth: ffoniwch {phone} neu ysgrifennwch at {email}.",
    "read_more": "Darllenwch am bob prosiect yn {address}",
    "symbol": "Symbol QR: cyfeiriad y rownd",
    "declares": "Pwy ydych chi? Llenwch hwn, neu ni all eich papur gyfrif.",
    "declares_why": "Plygwch eich papur y tu mewn i’r daflen hon. Tynnir hi gyntaf: ni ŵyr neb beth ddewisoch.",
    "declares_name": "Enw llawn",
    "declares_postcode": "Cod post cartref",
    "declares_year": "Blwyddyn eich geni",
    "declares_place": "Cod post lle rydych yn gweithio, yn astudio neu’n gwirfoddoli, os nad ydych yn byw yma",
    "declares_true": "Mae hyn yn wir, a dyma fy unig bleidlais yn y rownd hon. Llofnod:",
    "specimen": "Sampl – nid papur pleidleisio",
    "picture": "Llun",
    "approval": "Dewiswch hyd at {most}: rhowch groes ym mlwch pob un.",
    "approval_exactly": "Dewiswch {most} yn union: rhowch groes ym mlwch pob un.",
    "approval_any": "Dewiswch gynifer o brosiectau ag y mynnwch: rhowch groes ym mlwch pob un.",
    "approval_kinds": "Dewiswch ddim mwy na {per_category} o bob math.",
    "approval_boost": "Mae gennych un bleidlais ychwanegol i brosiect sydd wedi’i farcio: ysgrifennwch B yn ei flwch.",
    "scoring_all": "Rhowch sgôr o {lowest} i {highest} i bob prosiect. {highest} yw’r gorau.",
    "scoring_most": "Dewiswch hyd at {most} o brosiectau a’u sgorio o {lowest} i {highest}. {highest} yw’r gorau.",
    "scoring_exactly": "Dewiswch {most} o brosiectau a’u sgorio o {lowest} i {highest}. {highest} yw’r gorau.",
    "scoring_any": "Rhowch sgôr o {lowest} i {highest} i brosiectau. {highest} yw’r gorau.",
    "scoring_cross": "Rhowch groes ar un rhif ar gyfer pob prosiect.",
    "scoring_write": "Ysgrifennwch y rhif yn y blwch.",
    "ranked": "Rhowch hyd at {most} o brosiectau mewn trefn: 1 i’r un rydych ei eisiau fwyaf, yna 2, ac yn y blaen.",
    "ranked_exactly": "Rhowch {most} o brosiectau mewn trefn: 1 i’r un rydych ei eisiau fwyaf, yna 2, ac yn y blaen.",
    "points": "Mae gennych {total} o bwyntiau. Rhannwch nhw rhwng y prosiectau: ysgrifennwch faint ym mhob blwch.",
    "points_all": "Mae gennych {total} o bwyntiau. Rhannwch nhw i gyd: ysgrifennwch faint ym mhob blwch.",
    "points_each": "Peidiwch â rhoi mwy na {most_each} i unrhyw brosiect.",
    "knapsack": "Gwariwch yr arian eich hun: rhowch groes wrth brosiectau sydd gyda’i gilydd yn costio hyd at {cap}.",
    "knapsack_pots": "Gwariwch yr arian eich hun: croeswch brosiectau nad ydynt yn costio mwy na’r arian ym mhob pot.",
    "choose_most": "Dewiswch hyd at {most} o brosiectau.",
    "easy_what": "Mae’r grwpiau hyn eisiau arian. Rydych chi’n helpu i ddewis pwy sy’n ei gael.",
    "easy_secret": "Ni fydd neb yn gwybod beth ddewisoch chi.",
}
WORDS: Mapping[str, Words] = {"en": ENGLISH, "cy": WELSH}
#: The widest scale whose numbers are printed to be crossed; on a wider one the number is written.
MOST_CROSSED = 7


def instructions(kind: str, settings: Any, language: str, *, amounts: tuple[int, ...], currency: str) -> list[str]:
    """How to mark a paper of a ballot type, the most important first, in sentences; `amounts` are those of the pots."""
    return [WORDS[language][name].format(**params) for name, params in _SAID[kind](settings, amounts, currency)]


def crossed_scores(kind: str, settings: Any) -> list[int]:
    """The scores that are printed for each project, to put a cross on one; none where a mark is written in a box."""
    if kind != "scoring" or settings.highest - settings.lowest >= MOST_CROSSED:
        return []
    return list(range(settings.lowest, settings.highest + 1))


_Sentences = list[tuple[str, dict[str, Any]]]


def _approval(settings: Any, _amounts: tuple[int, ...], _currency: str) -> _Sentences:
    name = "approval_any" if settings.most is None else "approval_exactly" if settings.use_all else "approval"
    told: _Sentences = [(name, {"most": settings.most})]
    if settings.per_category is not None:
        told.append(("approval_kinds", {"per_category": settings.per_category}))
    if settings.boost:
        told.append(("approval_boost", {}))
    return told


def _scoring(settings: Any, _amounts: tuple[int, ...], _currency: str) -> _Sentences:
    if settings.score_all:
        name = "scoring_all"
    elif settings.most is None:
        name = "scoring_any"
    else:
        name = "scoring_exactly" if settings.use_all else "scoring_most"
    how = "scoring_cross" if crossed_scores("scoring", settings) else "scoring_write"
    return [(name, {"lowest": settings.lowest, "highest": settings.highest, "most": settings.most}), (how, {})]


def _ranked(settings: Any, _amounts: tuple[int, ...], _currency: str) -> _Sentences:
    return [("ranked_exactly" if settings.use_all else "ranked", {"most": settings.most})]


def _points(settings: Any, _amounts: tuple[int, ...], _currency: str) -> _Sentences:
    told: _Sentences = [("points_all" if settings.use_all else "points", {"total": settings.total})]
    if settings.most_each is not None:
        told.append(("points_each", {"most_each": settings.most_each}))
    return told


def _knapsack(settings: Any, amounts: tuple[int, ...], currency: str) -> _Sentences:
    if settings.cap is None and len(amounts) > 1:
        told: _Sentences = [("knapsack_pots", {})]
    else:
        cap = format_money(amounts[0] if settings.cap is None else settings.cap, currency)
        told = [("knapsack", {"cap": cap})]
    if settings.most is not None:
        told.append(("choose_most", {"most": settings.most}))
    return told


_SAID: Mapping[str, Callable[[Any, tuple[int, ...], str], _Sentences]] = {
    "approval": _approval,
    "scoring": _scoring,
    "ranked": _ranked,
    "points": _points,
    "knapsack": _knapsack,
}
