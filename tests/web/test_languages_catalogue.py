"""Welsh: every sentence that a resident or a group may read has it, and their pages hold no English of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from sqlalchemy import select

from pb.extensions import Base, db, present
from pb.models.rounds import Policy
from tests.reader import Reader, soup
from tests.voters import GOOD_MARKS, a_voting_round, codes_for, filled, go_on

ROOT = Path(__file__).resolve().parents[2]
WELSH = ROOT / "pb/translations/cy/LC_MESSAGES/messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "_": None, "N_": None, "NN_": (1, 2), "lazy_gettext": None, "_l": None}

#: Where the sentences of residents and groups come from. What only officers and members read may stay in English.
PLACES = [
    "templates/base.html",
    *(f"templates/{folder}/**/*.html" for folder in ("accounts", "ballots", "components", "errors", "groups")),
    *(f"templates/{folder}/**/*.html" for folder in ("print", "public", "voting")),
    *(f"pb/web/{folder}/*.py" for folder in ("accounts", "groups", "public", "voting")),
    *(f"pb/web/{name}.py" for name in ("answers", "count_words", "errors", "filters", "formats", "navigation")),
    *(f"pb/web/{name}.py" for name in ("origins", "policy", "result_words", "roles", "round_words", "rule_words")),
    *(f"pb/web/{name}.py" for name in ("explained", "hall_words", "live_words", "order_words", "shares_story")),
    *(f"pb/web/forms/{name}.py" for name in ("accounts", "bid_pages", "bids", "british", "fields", "organisations")),
    *(f"pb/web/forms/{name}.py" for name in ("questions", "receipts", "summary", "support", "voting", "widgets")),
    *(f"pb/core/{name}.py" for name in ("admission", "allocation", "ballots/*", "bids", "calendar", "checks", "codes")),
    *(f"pb/core/{name}.py" for name in ("cards", "decisions", "paper_account", "paper_marks", "reconciliation")),
    *(f"pb/core/{name}.py" for name in ("disclosure", "election", "eligibility", "errors", "money", "papers")),
    *(f"pb/core/{name}.py" for name in ("passwords", "postcodes", "presets", "questions", "receipts", "roll")),
    *(f"pb/core/{name}.py" for name in ("rules/*", "settings", "states", "support", "surplus", "unsealing")),
    *(f"pb/services/{name}.py" for name in ("accounts", "bid_lists", "bids", "box", "casting", "codes", "failures")),
    *(f"pb/services/{name}.py" for name in ("links", "offers", "organisations", "password_resets", "passwords")),
    *(f"pb/services/{name}.py" for name in ("publication", "questions", "registrations", "rights", "rounds")),
    *(
        f"pb/services/{name}.py"
        for name in ("programs", "round_states", "second_factor", "sessions", "sign_in", "support", "voting")
    ),
]
#: Not sentences of ours: a key of a stored reason that the extraction takes for one.
EXEMPT = {"message"}
MARKS = re.compile(r"%\(\w+\)[sd]|%%|%\{\w+\}|\{\w+\}|</?\w+[^>]*>")
#: English words that no Welsh sentence has.
ENGLISH = re.compile(
    r"\b(the|and|you|your|this|that|with|which|from|have|will|what|ballots?|votes?|choose|enter|round|bids?|closes)\b",
    re.IGNORECASE,
)
HEADINGS = {
    "/": "Cymdogion yn penderfynu gyda'i gilydd",
    "/how-it-works": "Sut mae'n gweithio",
    "/privacy": "Preifatrwydd",
    "/accessibility": "Datganiad hygyrchedd",
    "/cookies": "Cwcis",
    "/licence": "Trwydded a chod ffynhonnell",
    "/c": "Pleidleisio â'ch cerdyn",
    "/groups/start": "Gwneud cais am arian i'ch cymdogaeth",
    "/account/register": "Cofrestru ar gyfer eich grŵp",
    "/no/such/page": "Nid oes tudalen yma",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with WELSH.open("rb") as file:
        return read_po(file, locale="cy")


@pytest.fixture
def reader(client: Reader) -> Reader:
    """Somebody who has chosen Welsh."""
    client.set_cookie("language", "cy")
    return client


def sentences() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """The place, the sentence (with its plural) and the context of everything that a resident or a group may read."""
    for place in PLACES:
        files = sorted(ROOT.glob(place))
        assert files, f"{place} is not there any more"
        for file in files:
            method = "python" if file.suffix == ".py" else "jinja2"
            for line, sentence, _comments, context in extract_from_file(method, str(file), keywords=KEYWORDS):
                yield f"{file.relative_to(ROOT)}:{line}", sentence, context


def test_every_sentence_of_a_resident_or_a_group_has_its_welsh(catalogue: Catalog) -> None:
    missing = []
    for place, sentence, context in sentences():
        found = catalogue.get(sentence, context=context)
        forms = found.string if found else ""
        if sentence not in EXEMPT and not all(forms if isinstance(forms, tuple) else (forms,)):
            missing.append(f"{place}: {sentence}")
    assert not missing, "run `make translations` and translate in messages.po:\n" + "\n".join(missing)


def test_welsh_keeps_every_placeholder_and_tag(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id or not any(message.string):
            continue
        if isinstance(message.id, tuple):
            others, one, *more = message.string
            assert all(marks(form) == marks(message.id[1]) for form in (others, *more)), message.id
            assert marks(one) in (marks(message.id[0]), marks(message.id[1])), message.id
        else:
            assert marks(str(message.string)) == marks(message.id), message.id


def marks(sentence: str) -> list[str]:
    return sorted(MARKS.findall(sentence))


def test_the_compiled_catalogue_is_that_of_the_sentences(catalogue: Catalog) -> None:
    fresh = BytesIO()
    write_mo(fresh, catalogue)
    fresh.seek(0)
    with WELSH.with_suffix(".mo").open("rb") as file:
        compiled = strings(read_mo(file))
    assert compiled == strings(read_mo(fresh)), "run `make translations` and commit messages.mo too"


def strings(catalogue: Catalog) -> dict[Any, Any]:
    return {(message.context, str(list(message.id))): list(message.string) for message in catalogue if message.id}


@pytest.mark.parametrize("path", HEADINGS)
def test_a_page_for_everybody_is_wholly_in_welsh(reader: Reader, path: str) -> None:
    page = reader.read(path)
    assert heading(page) == HEADINGS[path]
    assert english(page) == []


def test_a_round_is_in_welsh_around_what_people_wrote(reader: Reader) -> None:
    the_round = a_voting_round()
    page = reader.read(f"/rounds/{the_round.slug}")
    assert "Mae 3 phrosiect yn gofyn am £11,500 gyda'i gilydd." in page.get_text()
    assert "dydd Llun 1 Mehefin 2026 am 5pm" in page.get_text()
    rules = reader.read(f"/rounds/{the_round.slug}/how-it-works")
    assert heading(rules) == "Sut mae'r rownd hon yn gweithio"
    assert "Dewiswch hyd at 2 brosiect." in rules.get_text()
    result = reader.read(f"/rounds/{the_round.slug}/result")
    assert heading(result) == "Nid yw'r canlyniad wedi'i gyhoeddi eto"
    assert [*english(page), *english(rules), *english(result)] == []


def test_one_votes_in_welsh_from_the_code_to_the_receipt(reader: Reader) -> None:
    the_round = a_voting_round()
    path = f"/rounds/{the_round.slug}/vote"
    refused = reader.send(path, {"code": "7K2M"})
    ballot = reader.send(path, {"code": codes_for(the_round)[0]})
    check = go_on(reader, ballot, GOOD_MARKS["approval"])
    pages = [soup(page) for page in (refused, ballot, check, go_on(reader, check))]
    assert [heading(page) for page in pages] == [
        "Rhowch eich cod",
        "Eich dewisiadau",
        "Gwirio eich dewisiadau",
        "Mae eich papur pleidleisio yn y blwch",
    ]
    assert "Mae problem" in pages[0].get_text()
    assert [word for page in pages for word in english(page)] == []


def test_who_declares_who_they_are_is_asked_in_welsh(reader: Reader) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    path = f"/rounds/{the_round.slug}/vote"
    page = reader.read(path)
    refused = soup(reader.send(path, filled(name="", year_of_birth="84")))
    assert heading(page) == heading(refused) == "Pwy ydych chi"
    assert "Rhowch eich enw." in refused.select_one(".govuk-error-summary").get_text()  # type: ignore[union-attr]
    assert [*english(page), *english(refused)] == []


def heading(page: BeautifulSoup) -> str:
    assert page.html is not None
    assert page.html["lang"] == "cy"
    assert page.h1 is not None
    return page.h1.get_text(" ", strip=True)


def english(page: BeautifulSoup) -> list[str]:
    """The lines of the page's main part that hold an English word which nobody who uses the service wrote."""
    main = page.select_one("main")
    assert main is not None
    for other in main.select("[lang]:not([lang=cy]), script"):
        other.decompose()
    theirs = what_people_wrote()
    return [line for line in main.stripped_strings if ENGLISH.search(without(theirs, line))]


def without(texts: list[str], line: str) -> str:
    for text in texts:
        line = line.replace(text, " ")
    return line


def what_people_wrote() -> list[str]:
    """Every text in the database, and the council's own: the longest first."""
    settings = present.settings
    texts = {settings.council_name, settings.contact_address}
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            texts.update(value for value in row if isinstance(value, str) and len(value) > 2)
    return sorted(texts, key=len, reverse=True)
