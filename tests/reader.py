"""The client that reads every page like an editor: one h1, title starts with it, unique ids, labels, valid HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder import HTML5TreeBuilder
from flask.testing import FlaskClient
from html5lib.constants import E as PARSE_FAULTS
from werkzeug.test import TestResponse

from pb.extensions import db

UNLABELLED_OK = {"hidden", "submit", "button", "image", "reset"}


class Reader(FlaskClient):
    """A test client that refuses a page an editor would send back."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send the request in a context of its own, as a server would; read the answer if it is a page.

        Without that, what one request keeps in `g` (who is signed in, the form's proof) would leak into the next.
        The test's own session is ended first, so that rows it holds are read again afterwards.
        """
        db.session.rollback()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 307, 308):
            page, faults = read_page(response.get_data(as_text=True))
            response.page_read = page  # type: ignore[attr-defined]
            assert not faults, f"{response.request.path}: " + "; ".join(faults)
        return response

    def read(self, path: str, **kwargs: Any) -> BeautifulSoup:
        """The page at `path`, parsed."""
        return soup(self.get(path, **kwargs))

    def send(
        self, path: str, data: dict[str, Any] | None = None, form: str = "form[method=post]", **kwargs: Any
    ) -> TestResponse:
        """Fill in the form of the page at `path` as a browser would and send it; `data` replaces what it holds.

        `form` is a CSS selector for the form where the page has several. Follows no redirect unless asked.
        """
        page = self.read(path)
        found = next((f for f in page.select(f"main {form}")), None) or page.select_one(form)
        assert found is not None, f"{path} has no {form}"
        filled = form_values(found) | (data or {})
        return self.post(str(found.get("action") or path), data=filled, **kwargs)


def pressed(client: Reader, page: str, action: str, data: dict[str, Any] | None = None) -> TestResponse:
    """Send to `action` as a button on `page` would, whether or not there is such a button for whoever is signed in."""
    token = client.read(page).select_one("input[name=csrf_token]")
    return client.post(action, data={"csrf_token": str(token["value"]) if token else ""} | (data or {}))


def soup(response: TestResponse) -> BeautifulSoup:
    """A response as parsed HTML; a page that the reader has read is not parsed again."""
    read: BeautifulSoup | None = getattr(response, "page_read", None)
    return read or BeautifulSoup(response.get_data(as_text=True), "html5lib")


def form_values(form: Tag) -> dict[str, Any]:
    """What a browser would send for an untouched form."""
    values: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if kind in ("submit", "button", "image", "file") or field.has_attr("disabled"):
            continue
        if field.name == "textarea":
            value = field.get_text().lstrip("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            value = str(chosen.get("value", chosen.get_text())) if chosen else ""
        else:
            value = str(field.get("value", "on" if kind in ("checkbox", "radio") else ""))
        values[name] = [*_as_list(values[name]), value] if name in values else value
    return values


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Correcting(HTML5TreeBuilder):
    """Builds the tree of a page and keeps what is wrong with its HTML, so that it is parsed once for both."""

    def feed(self, markup: Any) -> None:
        parser = html5lib.HTMLParser(tree=self.create_treebuilder)
        self.underlying_builder.parser = parser
        parser.parse(markup)
        self.underlying_builder.parser = None
        self.wrong = parser.errors


def page_faults(html: str) -> list[str]:
    """What an editor would send a page back for, in plain words."""
    return read_page(html)[1]


def read_page(html: str) -> tuple[BeautifulSoup, list[str]]:
    """A page, and what an editor would send it back for."""
    builder = _Correcting()
    page = BeautifulSoup(html, builder=builder)
    tags = page.find_all(True)
    faults = [f"invalid HTML at line {at[0]}: {PARSE_FAULTS[code] % data}" for at, code, data in builder.wrong]
    return page, [*faults, *_headings(page), *_ids(tags), *_labels(tags), *_places(page, tags), *_inline(tags)]


def _headings(page: BeautifulSoup) -> list[str]:
    headings = page.find_all("h1")
    if len(headings) != 1:
        return [f"{len(headings)} h1 headings"]
    heading, title = _words(headings[0].get_text()), _words(page.title.get_text() if page.title else "")
    without_mark = title.split(": ", 1)[1] if title.startswith(("Error: ", "Gwall: ")) else title
    return [] if without_mark.startswith(heading) else [f"the title “{title}” does not start with “{heading}”"]


def _words(text: str) -> str:
    return " ".join(text.split())


def _ids(tags: Iterable[Tag]) -> list[str]:
    ids = Counter(str(tag["id"]) for tag in tags if tag.has_attr("id"))
    return [f"id {one} stands {times} times" for one, times in sorted(ids.items()) if times > 1]


def _labels(tags: Iterable[Tag]) -> list[str]:
    labelled = {tag.get("for") for tag in tags if tag.name == "label"}
    faults = []
    for field in tags:
        if field.name not in ("input", "select", "textarea") or field.get("type") in UNLABELLED_OK:
            continue
        if field.get("aria-label") or field.get("aria-labelledby") or field.get("id", "") in labelled:
            continue
        if not field.find_parent("label"):
            faults.append(f"field {field.get('name')} has no label")
    return faults


def _places(page: BeautifulSoup, tags: Iterable[Tag]) -> list[str]:
    """Links inside the page and descriptions lead somewhere; pictures say what they show; the language is named."""
    ids = {str(tag["id"]) for tag in tags if tag.has_attr("id")}
    faults = []
    for tag in tags:
        href = str(tag.get("href", "")) if tag.name == "a" else ""
        if href.startswith("#") and href[1:] not in ids | {""}:
            faults.append(f"link to {href} leads nowhere")
        if href == "#" and not tag.get("data-module"):
            faults.append("a link to # leads nowhere")
        described = str(tag.get("aria-describedby", "")).split()
        faults += [f"described by {one}, which is not there" for one in described if one not in ids]
        if tag.name == "img" and not tag.has_attr("alt"):
            faults.append("a picture without alt")
    root = page.html
    return faults if root is not None and root.get("lang") else [*faults, "no language on the page"]


def _inline(tags: Iterable[Tag]) -> list[str]:
    """Nothing that the content security policy would stop."""
    faults = []
    for tag in tags:
        if tag.has_attr("style"):
            faults.append(f"inline style on <{tag.name}>")
        if tag.name == "style":
            faults.append("a <style> element")
        faults += [f"inline handler {name}" for name in tag.attrs if name.startswith("on")]
    return faults
