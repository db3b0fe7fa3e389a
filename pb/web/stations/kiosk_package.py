"""The package of a kiosk: everything its page needs, in every language, as JSON."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import render_template
from flask_babel import force_locale, get_locale

from pb.core.canonical import digest
from pb.core.eligibility import LINKS
from pb.core.roll import LONGEST_NAME
from pb.services.kiosk_contents import KioskContents
from pb.services.voting import Paper, Section
from pb.web.instructions import instruction
from pb.web.languages import LANGUAGES
from pb.web.stations.kiosk_words import choice_words, fault_words, gone_words, state_words

Data = dict[str, Any]


@dataclass(frozen=True)
class Unmarked:
    """Fields without a mark, as the templates of ballots take them."""

    marks: Data = field(default_factory=dict)
    boost: str = ""
    faults: Data = field(default_factory=dict)
    whole: tuple[str, ...] = ()


def package_of(contents: KioskContents) -> Data:
    """The package; `mark` changes when anything in it does but what is so just now."""
    the_round, paper = contents.the_round, contents.paper
    package: Data = {
        "kiosk": contents.kiosk.id,
        "name": contents.kiosk.name,
        "round": the_round.id,
        "title": the_round.title,
        "version": paper.version,
        "size": the_round.envelope_size,
        "roundKey": b64encode(bytes.fromhex(the_round.round_public_key or "")).decode(),
        "onlineKey": b64encode(contents.online_key).decode(),
        "declares": contents.kiosk.declares,
        "override": contents.kiosk.overridden_by is not None,
        "opens": _milliseconds(the_round.voting_opens_at),
        "closes": _milliseconds(the_round.voting_closes_at),
        "rules": {
            "leastAge": the_round.least_age,
            "links": list(the_round.links),
            "longestName": LONGEST_NAME,
            "year": contents.year,
            "table": asdict(contents.table),
        },
        "area": contents.area_id,
        "wards": [{"id": ward, "name": name} for ward, name in paper.wards.items()],
        "paper": paper_data(paper),
        "withdrawn": [each.title for each in paper.withdrawn],
        "order": list(LANGUAGES),
        "languages": {code: _in_language(code, contents) for code in LANGUAGES},
    }
    just_now = {"now": _milliseconds(contents.now), "votes": contents.votes, "hall": contents.hall}
    return {**package, "mark": digest(package), **just_now}


def _milliseconds(moment: Any) -> int | None:
    return int(moment.timestamp() * 1000) if moment is not None else None


def paper_data(paper: Paper) -> Data:
    """How the paper is marked, and what is on it, for the scripts."""
    return {
        "type": paper.kind.key,
        "settings": asdict(paper.settings),
        "currency": paper.currency,
        "scale": paper.sections[0].instance.scale,
        "sections": [_section(each) for each in paper.sections],
    }


def _section(section: Section) -> Data:
    return {
        "key": section.key,
        "potId": section.pot_id,
        "areaId": section.area_id,
        "amount": section.amount,
        "name": section.name,
        "projects": [
            {"number": each.number, "key": each.key, "title": each.title, "cost": each.cost, "category": each.category}
            for each in section.projects
        ],
    }


def _in_language(code: str, contents: KioskContents) -> Data:
    """Everything in one language: the screens and the ballot's sections as HTML, and every sentence."""
    with force_locale(code):
        locale = get_locale()
        return {
            "name": LANGUAGES[code],
            "lang": locale.language,
            "dir": locale.text_direction,
            "screens": render_template(
                "stations/kiosk-screens.html",
                round=contents.the_round,
                paper=contents.paper,
                declares=contents.kiosk.declares,
                event_day=contents.hall is not None,
                links=[(key, LINKS[key]) for key in contents.the_round.links if key in LINKS],
            ),
            "sections": {each.key: drawn(contents.paper, each) for each in contents.paper.sections},
            "instructions": _instructions(contents.paper),
            "gone": [gone_words(each.title, each.reason) for each in contents.paper.withdrawn],
            "faults": fault_words(),
            "choices": choice_words(),
            "words": state_words(),
        }


def drawn(paper: Paper, section: Section) -> str:
    """A section without a mark as HTML, from which no link leads away."""
    return render_template(
        f"ballots/{paper.kind.key}.html",
        slug=paper.slug,
        paper=paper,
        section=section,
        shown=Unmarked(),
        several=len(paper.sections) > 1,
        offline=True,
    )


def _instructions(paper: Paper) -> Data:
    """How to mark the ballot, for voters of each ward; of no ward under an empty key."""
    wards: list[int | None] = [None, *paper.wards]
    found = {str(ward or ""): paper.sections_for(ward) for ward in wards}
    return {ward: instruction(paper, sections) for ward, sections in found.items() if sections}
