"""A kiosk reads every kind of ballot as the server does: what it seals is what would have been cast online."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Project
from pb.core.eligibility import Declaration, VoterRule, voter_faults
from pb.core.papers import PaperRules
from pb.core.postcodes import area_for, read_postcode
from pb.extensions import present
from pb.services.voting import Paper, ProjectOnPaper, Section
from pb.web.stations.kiosk_package import drawn, paper_data
from pb.web.voting.marks import read_form
from tests.browser import Site

CASES = 100
#: Settings that a round may have; None is the type's own.
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "approval": [{"most": 2}, {"most": 3, "use_all": True}, {"most": None, "per_category": 1, "boost": True}],
    "scoring": [{}, {"score_all": False, "most": 2, "lowest": -2, "highest": 2}, {"lowest": 0, "highest": 100}],
    "ranked": [{"most": 3}, {"most": 2, "use_all": True, "least": 2}],
    "points": [{"total": 10}, {"total": 5, "use_all": True, "most_each": 3, "least_each": 2, "most": 2}],
    "knapsack": [{}, {"cap": 500, "floor": 200, "most": 2}],
}
SHARED = ["", "", "", "2", "2", "3", "3", "1", "5", "-1", "0", "two"]
TYPED = ["", "", "0", "1", "2", "3", "5", "-1", "12", "two", "\N{MINUS SIGN}2", "1.5"]


def a_paper(kind: str, settings: dict[str, Any]) -> Paper:
    """Four projects in a pot of £10, two of each category, one that may get the extra vote."""
    projects = tuple(
        Project(f"YD-{at}", cost, f"Project {at}", number=at, category="AB"[at % 2], tags=frozenset(tags))
        for at, (cost, tags) in enumerate([(300, ["boost"]), (200, []), (450, []), (600, [])], 1)
    )
    instance, ballot = Instance(projects, 1000), BALLOT_TYPES[kind]
    rules = PaperRules(ballot, ballot.settings_type(**settings), {"pot": instance})
    shown = tuple(
        ProjectOnPaper(each.id, each.number or 0, each.name, "", "", each.cost, each.category, bool(each.tags), "")
        for each in projects
    )
    section = Section(1, "pot", "Pot", 1000, None, "", shown, instance)
    return Paper(1, "round", 1, "00", "GBP", rules, (section,))


def filled(kind: str, paper: Paper, chance: random.Random) -> dict[str, str]:
    """What a person may have ticked, typed or chosen in its fields."""
    settings: Any = paper.settings
    ticks = kind in ("approval", "knapsack")
    places = ["", *map(str, range(1, getattr(settings, "most", 0) + 1))] if kind == "ranked" else []
    small = kind == "scoring" and settings.highest - settings.lowest <= 10
    scores = ["", *map(str, range(settings.lowest, settings.highest + 1))] if small else []
    values = ["", "1"] if ticks else SHARED if kind == "points" else places or scores or TYPED
    form = {f"p{each.number}": chance.choice(values) for each in paper.sections[0].projects}
    if kind == "approval" and settings.boost and chance.random() < 0.5:
        form["boost-1"] = "1"
    return {name: value for name, value in form.items() if value}


#: Fills the fields of a section's HTML and reads it as the kiosk does.
READ = """async ({ html, paper, forms }) => {
  const { readBallot } = await import('/static/js/kiosk-ballot.js')
  const form = document.createElement('form')
  document.body.append(form)
  return forms.map((values) => {
    form.innerHTML = html
    for (const [name, value] of Object.entries(values)) {
      const fields = [...form.elements].filter((each) => each.name === name)
      const one = fields.find((each) => ['radio', 'checkbox'].includes(each.type) && each.value === value)
      if (one) one.checked = true
      else fields[0].value = value
    }
    const { choices, faults } = readBallot(form, paper, paper.sections, (minor) => `£${minor / 100}`)
    return { choices, faults: faults.map((fault) => fault.code) }
  })
}"""


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_the_tablet_reads_a_ballot_as_the_server_does(app: Flask, site: Site, kind: str) -> None:
    chance = random.Random(kind)
    with site.visit() as page:
        page.goto("/cookies")
        for settings in SETTINGS[kind]:
            paper = a_paper(kind, settings)
            with app.test_request_context():
                html, data = drawn(paper, paper.sections[0]), paper_data(paper)
            forms = [filled(kind, paper, chance) for _ in range(CASES)]
            told = page.evaluate(READ, {"html": html, "paper": data, "forms": forms})
            sound = [_compare(paper, form, each) for form, each in zip(forms, told, strict=True)]
            assert any(sound), f"no case of {settings} was a good ballot"
            assert not all(sound), f"no case of {settings} was a wrong ballot"


def _compare(paper: Paper, form: dict[str, str], told: dict[str, Any]) -> bool:
    """The same choices, or the same faults; True for a ballot without any."""
    reading = read_form(form, paper, paper.sections)["pot"]
    unread = [fault.code for fault in reading.faults]
    faults = unread or [fault.code for fault in paper.rules.faults({"pot": reading.choices}).get("pot", [])]
    written = {} if faults else paper.rules.normalised({"pot": reading.choices})["pot"]
    if not faults and not written:
        faults = ["nothing_chosen"]
    if unread:
        assert set(unread) <= set(told["faults"]), (form, told)
    elif faults:
        assert sorted(faults) == sorted(told["faults"]), (form, told)
    else:
        assert (told["faults"], told["choices"]["pot"]) == ([], written), (form, told)
    return not faults


LINES = {"EH6 6": 1, "EH6 7": 2, "EH6 6AB": 2, "EH7": 9, "EH11": 1, "EH10": 2}
POSTCODES = [
    "EH6 6ZZ",
    "eh66ab",
    "EH6 7AA",
    "EH7 1AA",
    "G1 1AA",
    "EH66",
    "",
    "EHO 6AB",
    "eh6-6zz",
    "EH1l 1AA",
    "EH1O 1AA",
]

CLAIM = """async ({ rules, all }) => {
  const { declarationFaults, wardsOf } = await import('/static/js/kiosk-claim.js')
  const contents = { rules, wards: [{ id: 1 }, { id: 2 }], area: null }
  return all.map((said) => {
    const faults = declarationFaults(said, rules).map(({ code, field }) => [code, field])
    return { faults, wards: faults.length ? [] : wardsOf(said, contents) }
  })
}"""


@pytest.mark.usefixtures("app")
def test_the_tablet_judges_a_declaration_as_the_server_does(site: Site) -> None:
    chance = random.Random("declarations")
    links, today = ("live", "work"), present.now().date()
    said = [
        Declaration(
            chance.choice(["Ann Other", "Zoë Łuk", "", "-", "x" * 121]),
            chance.choice(POSTCODES),
            chance.choice([1984, 1984, 1984, today.year - 11, today.year - 10, None, 1800]),
            chance.choice(["live", "work", "work", ""]),
            chance.random() < 0.9,
            chance.choice(POSTCODES),
        )
        for _ in range(400)
    ]
    table = {"known": True, "own": [1, 2], "lines": LINES}
    rules = {"leastAge": 11, "links": list(links), "longestName": 120, "year": today.year, "table": table}
    with site.visit() as page:
        page.goto("/cookies")
        told = page.evaluate(CLAIM, {"rules": rules, "all": [asdict(each) for each in said]})
    own = {line: area for line, area in LINES.items() if area in (1, 2)}
    good = 0
    for each, answer in zip(said, told, strict=True):
        rule = VoterRule(11, links=links, looked_up=links, postcodes=own)
        faults = [[fault.code, fault.field] for fault in voter_faults(each, rule, today)]
        assert sorted(answer["faults"]) == sorted(faults), each
        if not faults:
            good += 1
            place = each.postcode if each.link == "live" else each.place_postcode
            first = area_for(read_postcode(place), own)
            home = area_for(read_postcode(each.postcode), own) if each.link != "live" else None
            assert answer["wards"] == list(dict.fromkeys(ward for ward in (first, home) if ward)), each
    assert good > 10
