"""A served site and a real browser: Chromium on a phone and on a desk, with the clock in the test's hand."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from tests.conftest import absent
from tests.reader import page_faults

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CHROMIUM = os.environ.get("PB_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
#: How many milliseconds a page may take. What is right waits no longer for it; on a busy machine nothing fails by chance.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE / 2)
#: Where a run leaves screenshots, if asked to.
PICTURES = os.environ.get("PB_TEST_PICTURES")


@dataclass
class Site:
    """The served application: `url` and the browser that visits it; collects what no visit may cause."""

    url: str
    browser: Browser
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def visit(self, *, phone: bool = False, javascript: bool = True, language: str = "en-GB") -> Iterator[Page]:
        """A fresh person with an own browser window; their page is closed at the end."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            locale=language,
            timezone_id="Europe/London",
            has_touch=phone,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.faults.append(f"script fault: {fault}"))
        page.on("console", self._heard)
        page.on("response", lambda answer: self._answered(answer.status, answer.url))
        try:
            yield page
        finally:
            self._close(context)

    def _heard(self, message: object) -> None:
        words = str(getattr(message, "text", ""))
        if "Content Security Policy" in words:
            self.faults.append(words)

    def _answered(self, status: int, url: str) -> None:
        if status >= 500:
            self.faults.append(f"{status} from {url}")

    @staticmethod
    def _close(context: BrowserContext) -> None:
        context.close()

    def look(self, page: Page, name: str) -> None:
        """Read the page as an editor and as axe does; keep a picture where asked. Faults fail the test."""
        page.wait_for_selector("h1", state="attached")  # the page that a press led to may still be on its way
        page.wait_for_load_state()
        faults = page_faults(page.content())
        assert faults == [], f"{name}: {faults}"
        found = Axe().run(page, options={"resultTypes": ["violations"]}) if _has_scripts(page) else None
        if found is not None:
            told = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]
            assert told == [], f"{name}: {told}"
        assert not _scrolls_sideways(page), f"{name} is wider than the window"
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            # to hide the caret, every field would be given a style, which the next look would find
            page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True, caret="initial")


def whole(app: Flask) -> WSGIApplication:
    """The application with every answer read and closed at once.

    Where a browser hangs up, the server of these tests leaves what it was sending open, and that is told as a fault.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer


def _has_scripts(page: Page) -> bool:
    """Whether the page runs scripts; axe needs them."""
    return page.locator("html.js-enabled, body.js-enabled").count() > 0


def _scrolls_sideways(page: Page) -> bool:
    if not _has_scripts(page):
        return False
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium from the system's packages."""
    if not CHROMIUM:
        absent("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(app: Flask, chromium: Browser) -> Iterator[Site]:
    """The application served on a port of its own, as a browser sees it."""
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    the_site = Site(f"http://localhost:{server.server_port}", chromium)
    try:
        yield the_site
        assert the_site.faults == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
