"""How pages look: GOV.UK's components as npm draws them, ours as valid pages, every council colour legible."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag
from flask import Flask

from pb.extensions import present
from pb.web.colours import contrast, palette, parse
from pb.web.headers import SCRIPT_HASH
from pb.web.pictures import picture_svg, seed_is_plain
from tests.browser import Site
from tests.reader import Reader, page_faults
from tests.web.style import add_style_page
from tools.vendor_govuk import logical, read_package

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = json.loads(gzip.decompress(Path(__file__).with_name("govuk-frontend-6.3.0-fixtures.json.gz").read_bytes()))
VENDOR = ROOT / "static" / "vendor" / "govuk-frontend-6.3.0"
DARK_AND_LIGHT = ["#1b4d6b", "#f2c500", "#ffffff"]
COLOURS = ["#1b4d6b", "#f2c500", "#8b1a2b", "#ffffff", "#000000", "#7fb800"]


def _tree(node: Tag) -> list[Any]:
    """An element with sorted attributes and its children; blanks as a browser shows them."""
    children: list[Any] = []
    for child in node.children:
        if isinstance(child, Tag):
            children.append(_tree(child))
        elif type(child) is NavigableString and child.strip():
            children.append(" ".join(child.split()))
    attributes = sorted(
        (name, sorted(value) if isinstance(value, list) else " ".join(value.split()))
        for name, value in node.attrs.items()
    )
    return [node.name, attributes, children]


def _as_tree(html: str) -> list[Any]:
    return _tree(BeautifulSoup(html, "html.parser"))


def _macro(component: str) -> str:
    return "govuk" + "".join(word.capitalize() for word in component.split("-"))


@pytest.mark.parametrize("component", sorted(FIXTURES))
def test_a_component_is_drawn_as_the_npm_package_draws_it(app: Flask, component: str) -> None:
    name = _macro(component)
    template = app.jinja_env.from_string(
        f"{{% from 'govuk_frontend_jinja/components/{component}/macro.html' import {name} %}}{{{{ {name}(params) }}}}"
    )
    different = [
        case["name"]
        for case in FIXTURES[component]
        if _as_tree(template.render(params=case["options"])) != _as_tree(case["html"])
    ]
    assert different == []


def test_the_vendored_sheet_has_neither_crown_nor_typeface_of_gov_uk_nor_one_sided_properties() -> None:
    sheet = (VENDOR / "govuk-frontend.min.css").read_text(encoding="utf-8")
    assert re.findall(r"/assets/|transport|crest|@font-face", sheet, re.IGNORECASE) == []
    one_sided = re.findall(r"[{;]((?:margin|padding|border)-(?:left|right)[a-z-]*|left|right):([^;}]*)", sheet)
    # The notch of a telephone is on a side of the glass, not of the line: both sides are given for it.
    assert [rule for rule in one_sided if "safe-area-inset" not in rule[1]] == []


@pytest.mark.parametrize(
    ("physical", "expected"),
    [
        ("a{margin-left:1px}", "a{margin-inline-start:1px}"),
        ("a{border-right-color:red;left:0!important}", "a{border-inline-end-color:red;inset-inline-start:0!important}"),
        ("a{text-align:right!important}", "a{text-align:end!important}"),
        ("a{float:left}", "a{float:left;float:inline-start}"),
        ("a{padding:1px 2px 3px 4px}", "a{padding-block:1px 3px;padding-inline:4px 2px}"),
        ("a{padding:1px 2px 3px 2px}", "a{padding:1px 2px 3px 2px}"),
        ('a{content:"; left:0;"}', 'a{content:"; left:0;"}'),
        ("a{background:url(data:x;left:0)}", "a{background:url(data:x;left:0)}"),
    ],
)
def test_a_sided_property_becomes_one_of_the_line(physical: str, expected: str) -> None:
    assert logical(physical) == expected


def test_a_package_that_npm_did_not_publish_is_refused(tmp_path: Path) -> None:
    forged = tmp_path / "govuk-frontend-6.3.0.tgz"
    forged.write_bytes(b"not the package")
    with pytest.raises(SystemExit, match="not govuk-frontend"):
        read_package(forged)


def test_our_sheets_name_no_side_of_the_page() -> None:
    for sheet in (ROOT / "static" / "css").glob("*.css"):
        one_sided = r"(?:margin|padding|border|inset)-(?:left|right)|[\s;{](?:left|right):|text-align: ?(?:left|right)"
        assert re.findall(one_sided, sheet.read_text(encoding="utf-8")) == [], sheet.name


@pytest.mark.own_app
def test_every_component_of_ours_reads_well_empty_and_with_every_error(app: Flask, client: Reader) -> None:
    add_style_page(app)
    page = client.read("/style")
    assert page.select_one("title").get_text().startswith("Better Harbourside – ")
    refused = client.send("/style", {"asked": "ten", "starts": ["31", "2", "2026"]})
    summary = BeautifulSoup(refused.get_data(as_text=True), "html5lib")
    assert summary.title.get_text().startswith("Error: Better Harbourside")
    links = {link.get_text(): link["href"] for link in summary.select(".govuk-error-summary a")}
    assert links["Enter the amount in figures, such as £1,500."] == "#asked"
    assert links["That day is not in the calendar"] == "#starts-day"
    assert links["Say whether it is new"] == "#kind"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_an_error_page_says_what_happened_and_what_to_do_next(app: Flask, status: int) -> None:
    with app.test_request_context("/gone"):
        template = app.jinja_env.get_template(f"errors/{status}.html")
        html = (
            app.jinja_env.overlay()
            .get_template(template.name)
            .render(_page_context(app), status=status, reference="ab12cd34")
        )
    assert page_faults(html) == []
    page = BeautifulSoup(html, "html5lib")
    assert len(page.select("main p")) >= 3
    assert page.select_one("main a[href^='mailto:']") is not None
    assert ("ab12cd34" in page.get_text()) == (status == 500)


def _page_context(app: Flask) -> dict[str, Any]:
    context: dict[str, Any] = {"message": ""}
    app.update_template_context(context)
    return context


def test_the_one_inline_script_is_the_one_the_policy_allows(client: Reader) -> None:
    scripts = [tag.string for tag in client.read("/how-it-works").select("script:not([src])")]
    digests = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert [f"'sha256-{digest}'" for digest in digests] == [SCRIPT_HASH]


@pytest.mark.parametrize("colour", [*COLOURS, "#808080", "#ff0000", "#777777", "#ffff00", "#0000ff", "#fefefe"])
def test_a_council_may_choose_any_colour_and_words_stay_legible(colour: str) -> None:
    shades = palette(colour)
    white = parse("#ffffff")
    assert contrast(parse(shades.brand), parse(shades.on_brand)) >= 4.5
    assert contrast(parse(shades.strong), white) >= 4.5
    assert contrast(parse(shades.strong), parse(shades.tint)) >= 4.5
    assert contrast(parse(shades.darkest), parse(shades.tint)) >= 7
    assert contrast(parse(shades.brand), white) >= 1.4


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "#123456;}body{", ""])
def test_what_is_no_colour_never_reaches_the_style_sheet(colour: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        palette(colour)


def test_the_councils_colour_is_served_as_a_style_sheet(app: Flask, client: Reader) -> None:
    answer = client.get("/council.css")
    assert answer.mimetype == "text/css"
    assert f"--govuk-brand-colour: {present.settings.council_colour};" in answer.get_data(as_text=True)


def test_a_seed_always_draws_the_same_picture_and_another_seed_another() -> None:
    drawings = [picture_svg(f"HB-{number}") for number in range(40)]
    assert drawings == [picture_svg(f"HB-{number}") for number in range(40)]
    assert len(set(drawings)) == 40
    assert all("style" not in drawing and "<text" not in drawing and len(drawing) < 9000 for drawing in drawings)


@pytest.mark.parametrize("seed", ["", "a b", "../x", "<svg>", "a" * 81, "é"])
def test_a_seed_that_is_not_plain_draws_nothing(seed: str) -> None:
    assert not seed_is_plain(seed)


@pytest.mark.own_app
@pytest.mark.browser
@pytest.mark.parametrize("colour", DARK_AND_LIGHT)
def test_every_component_passes_axe_in_any_council_colour_on_a_phone_and_a_desk(
    app: Flask, site: Site, colour: str
) -> None:
    add_style_page(app)
    present.use(settings=present.settings.model_copy(update={"council_colour": colour}))
    for phone in (True, False):
        with site.visit(phone=phone) as page:
            page.goto("/style")
            site.look(page, f"style-{colour[1:]}-{'phone' if phone else 'desk'}")
            page.get_by_role("button", name="Save and continue").click()
            page.get_by_role("link", name="Enter when it starts").click()
            assert page.evaluate("document.activeElement.id") == "starts-day"
            site.look(page, f"style-errors-{colour[1:]}-{'phone' if phone else 'desk'}")


@pytest.mark.own_app
@pytest.mark.browser
def test_a_right_to_left_page_mirrors_what_points_along_the_line(app: Flask, site: Site) -> None:
    add_style_page(app)
    with site.visit() as page:
        page.goto("/style")
        box = "document.querySelector('.govuk-summary-list__key').getBoundingClientRect()"
        left_to_right = page.evaluate(f"{box}.left < window.innerWidth / 2")
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert left_to_right
        assert page.evaluate(f"{box}.right > window.innerWidth / 2")
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["how-it-works", "accessibility", "privacy", "cookies", "licence", "no-such-page"])
def test_every_page_about_the_service_passes_axe_on_a_phone_and_a_desk(site: Site, name: str) -> None:
    for phone in (True, False):
        with site.visit(phone=phone) as page:
            page.goto(f"/{name}")
            site.look(page, f"{name}-{'phone' if phone else 'desk'}")


@pytest.mark.own_app
@pytest.mark.browser
def test_on_paper_the_words_and_bars_stay_and_nothing_is_left_to_click(app: Flask, site: Site) -> None:
    add_style_page(app)
    with site.visit() as page:
        page.goto("/style")
        page.emulate_media(media="print")
        assert page.locator(".yd-bars__svg").first.is_visible()
        assert page.get_by_text("Who decides in the end").is_visible()
        for gone in (".govuk-button", ".govuk-pagination", ".yd-languages", "#navigation"):
            assert not page.locator(gone).first.is_visible(), gone


@pytest.mark.browser
def test_without_scripts_every_word_and_link_of_the_menu_is_there(site: Site) -> None:
    with site.visit(phone=True, javascript=False) as page:
        page.goto("/how-it-works")
        assert page.get_by_role("link", name="Sign in").is_visible()
        assert not page.get_by_role("button", name="Menu").is_visible()
