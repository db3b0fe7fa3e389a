"""The client that reads every page like an editor: one h1, title starts with it, unique ids, labels, valid HTML."""

from __future__ import annotations

from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
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
            faults = page_faults(response.get_data(as_text=True))
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
    """A response as parsed HTML."""
    return BeautifulSoup(response.get_data(as_text=True), "html5lib")


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


def page_faults(html: str) -> list[str]:
    """What an editor would send a page back for, in plain words."""
    page = BeautifulSoup(html, "html5lib")
    return [*_invalid(html), *_headings(page), *_ids(page), *_labels(page), *_places(page), *_inline(page)]


def _invalid(html: str) -> list[str]:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    return [f"invalid HTML at line {at[0]}: {PARSE_FAULTS[code] % data}" for at, code, data in parser.errors]


def _headings(page: BeautifulSoup) -> list[str]:
    headings = page.find_all("h1")
    if len(headings) != 1:
        return [f"{len(headings)} h1 headings"]
    heading, title = _words(headings[0].get_text()), _words(page.title.get_text() if page.title else "")
    without_mark = title.split(": ", 1)[1] if title.startswith(("Error: ", "Gwall: ")) else title
    return [] if without_mark.startswith(heading) else [f"the title “{title}” does not start with “{heading}”"]


def _words(text: str) -> str:
    return " ".join(text.split())


def _ids(page: BeautifulSoup) -> list[str]:
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    return [f"id {one} stands {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1]


def _labels(page: BeautifulSoup) -> list[str]:
    faults = []
    for field in page.select("input, select, textarea"):
        if field.get("type") in UNLABELLED_OK or field.get("aria-label") or field.get("aria-labelledby"):
            continue
        if not page.select_one(f'label[for="{field.get("id", "")}"]') and not field.find_parent("label"):
            faults.append(f"field {field.get('name')} has no label")
    return faults


def _places(page: BeautifulSoup) -> list[str]:
    """Links inside the page and descriptions lead somewhere; pictures say what they show; the language is named."""
    ids = {str(tag["id"]) for tag in page.select("[id]")}
    faults = [
        f"link to {a['href']} leads nowhere" for a in page.select('a[href^="#"]') if a["href"][1:] not in ids | {""}
    ]
    faults += ["a link to # leads nowhere" for a in page.select('a[href="#"]') if not a.get("data-module")]
    for tag in page.select("[aria-describedby]"):
        faults += [
            f"described by {one}, which is not there" for one in str(tag["aria-describedby"]).split() if one not in ids
        ]
    faults += ["a picture without alt" for _img in page.select("img:not([alt])")]
    root = page.html
    return faults if root is not None and root.get("lang") else [*faults, "no language on the page"]


def _inline(page: BeautifulSoup) -> list[str]:
    """Nothing that the content security policy would stop."""
    faults = [f"inline style on <{tag.name}>" for tag in page.select("[style]")]
    faults += ["a <style> element" for _tag in page.select("style")]
    for tag in page.find_all(True):
        faults += [f"inline handler {name}" for name in tag.attrs if name.startswith("on")]
    return faults
