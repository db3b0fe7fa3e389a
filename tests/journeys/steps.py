"""Steps that people take in a browser, whoever they are: filling in forms, pressing buttons, following links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser import Site

#: What stands in a field: text, the value of a choice, several ticked boxes, or the parts of a date and time.
Filled = str | bool | tuple[str, ...] | list[str]


def press(page: Page, name: str) -> None:
    """Press the button of this name and wait for the page that answers."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def follow(page: Page, name: str) -> None:
    """Follow the first link with these words, whether it looks like one or like a button, and wait for its page."""
    page.locator("main a").filter(has_text=name).first.click()
    page.wait_for_load_state()


def fill(page: Page, values: Mapping[str, Filled]) -> None:
    """Fill in the fields of the page's forms, by their names, as a hand would."""
    for name, value in values.items():
        fields = page.locator(f'main [name="{name}"]')
        if isinstance(value, tuple):
            for at, part in enumerate(value):
                fields.nth(at).fill(part)
        else:
            _fill_one(fields, value)


def _fill_one(fields: Locator, value: str | bool | list[str]) -> None:
    kind = fields.first.get_attribute("type")
    if kind == "radio" or isinstance(value, list):
        for each in value if isinstance(value, list) else [value]:
            fields.and_(fields.page.locator(f'[value="{each}"]')).check()
    elif kind == "checkbox":
        fields.first.set_checked(bool(value))
    elif fields.and_(fields.page.locator("select")).count():
        fields.first.select_option(label=str(value))
    else:
        fields.first.fill(str(value))


def send(site: Site, page: Page, values: Mapping[str, Filled], button: str, look: str = "") -> None:
    """Fill in a form, read the page where it is to be looked at, and press its button; it must be taken."""
    fill(page, values)
    if look:
        site.look(page, look)
    press(page, button)
    expect(page.locator(".govuk-error-summary")).to_have_count(0)


def heading(page: Page) -> Locator:
    """The page's one heading."""
    return page.get_by_role("heading", level=1)


def expect_heading(page: Page, words: str) -> None:
    """The page is the one with this heading."""
    expect(heading(page)).to_have_text(words)


def expect_fault(page: Page, field: str, words: str) -> None:
    """The sentence stands beside its field and in the summary at the top, which has the focus."""
    expect(page.locator(".govuk-error-summary")).to_contain_text(words)
    expect(page.locator(f"#{field}-error")).to_contain_text(words)


@dataclass(frozen=True)
class Voter:
    """Somebody who votes: what they declare, and the projects they choose."""

    name: str
    postcode: str
    year: str
    choices: list[str]


def identify(page: Page, voter: Voter) -> None:
    """Say who one is, on the page that asks."""
    expect_heading(page, "Who you are")
    fill(page, {"name": voter.name, "postcode": voter.postcode, "year_of_birth": voter.year, "declared": True})
    if page.locator("main [name=link]").count():
        fill(page, {"link": "live"})


def check_choices(site: Site, page: Page, voter: Voter, look: str = "") -> None:
    """Mark the ballot and see the choices once more; with `look`, read each page under that name."""
    expect_heading(page, "Your choices")
    for title in voter.choices:
        page.get_by_role("checkbox", name=title).check()
    if look:
        site.look(page, f"{look}-ballot")
    press(page, "Check my choices")
    expect_heading(page, "Check your choices")
    for title in voter.choices:
        expect(page.get_by_role("main")).to_contain_text(title)
    if look:
        site.look(page, f"{look}-check")


def cast(site: Site, page: Page, look: str = "") -> str:
    """Cast the ballot whose choices are on the page; gives the receipt."""
    press(page, "Cast my ballot")
    expect_heading(page, "Your ballot is in the box")
    if look:
        site.look(page, f"{look}-done")
    return page.locator("#receipt").inner_text()
