"""A kiosk in a real browser: a tablet with a profile of its own, which outlives its browser and can be copied."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect
from werkzeug.serving import BaseWSGIServer, make_server

from pb.core.qr import qr_rows
from tests.browser import CHROMIUM, FLAGS, PATIENCE, PICTURES, whole

#: How high a button is at least, in pixels.
LARGE = 56
TABLET = ViewportSize(width=1024, height=768)
#: The sizes in which a screen is pictured, the tablet's own last.
SEEN = (ViewportSize(width=390, height=844), ViewportSize(width=768, height=1024), TABLET)


@dataclass
class Server:
    """The served application on one port, which can be switched off and on again."""

    app: Flask
    held: socket.socket = field(default_factory=socket.socket)
    port: int = 0
    running: BaseWSGIServer | None = None
    thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        """Take a port that nobody else is given, not even while nothing is served on it."""
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held.bind(("127.0.0.1", 0))
        self.port = self.held.getsockname()[1]

    def on(self) -> Server:
        """Serve."""
        self.running = make_server("127.0.0.1", self.port, whole(self.app), threaded=True)
        self.thread = threading.Thread(target=self.running.serve_forever, daemon=True)
        self.thread.start()
        return self

    def off(self) -> None:
        """Serve no more: nobody can connect."""
        if self.running and self.thread:
            self.running.shutdown()
            self.thread.join()
            self.running.server_close()
            self.running = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://localhost:{self.port}"


def all_are_large(page: Page, wanted: str) -> None:
    """What can be pressed on a screen is there, and large enough for a thumb; a screen that comes is waited for."""
    heights: list[float] = []
    for _ in range(100):
        heights = page.locator(wanted).evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")
        if heights and min(heights) >= LARGE:
            return
        page.wait_for_timeout(100)
    raise AssertionError(heights)


def sound(page: Page, name: str, inside: str = "main") -> None:
    """A screen as it is seen: large buttons, nothing that leads away, nothing for axe to find; a picture where asked."""
    picture(page, name)
    assert page.locator("a[href]:visible:not([href^='#'])").count() == 0
    all_are_large(page, f"{inside} button:visible, {inside} input[type=text]:visible")
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [one["id"] for one in violations] == []


def picture(page: Page, name: str) -> None:
    """The screen in a phone's size and in both of a tablet's, where pictures are asked for."""
    if PICTURES:
        for size in SEEN:
            page.set_viewport_size(size)
            page.screenshot(path=str(Path(PICTURES) / f"kiosk-{name}-{size['width']}.png"), full_page=True)


@contextmanager
def serving(app: Flask) -> Iterator[Server]:
    """A server that is switched off at the end."""
    server = Server(app).on()
    try:
        yield server
    finally:
        server.off()
        server.held.close()


def a_camera(file: Path, text: str) -> tuple[str, ...]:
    """Flags for a browser whose camera sees a card with a square that says `text`."""
    width, height, square = 640, 480, 8
    rows = qr_rows(text)
    top, left = (height - len(rows) * square) // 2, (width - len(rows) * square) // 2
    light = bytearray(b"\xeb" * (width * height))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            for line in range(square if dark else 0):
                start = (top + y * square + line) * width + left + x * square
                light[start : start + square] = b"\x10" * square
    picture = bytes(light) + b"\x80" * (width * height // 2)
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + b"FRAME\n" + picture)
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    )


@dataclass
class Tablet:
    """A tablet at a stall: its profile on the disk, and the page that stands open on it."""

    chromium: Browser
    profile: Path
    url: str
    flags: tuple[str, ...] = ()
    kiosk_id: int = 0
    context: BrowserContext | None = None
    faults: list[str] = field(default_factory=list)

    def switch_on(self) -> Page:
        """Start the browser."""
        self.context = self.chromium.browser_type.launch_persistent_context(
            str(self.profile),
            executable_path=CHROMIUM,
            args=[*FLAGS, *self.flags],
            viewport=TABLET,  # type: ignore[arg-type]
            base_url=self.url,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        self.context.set_default_timeout(PATIENCE)
        page = self.page
        page.on("pageerror", lambda fault: self.faults.append(f"script fault: {fault}"))
        page.on("console", self._heard)
        page.on("requestfailed", self._missed)
        return page

    def _missed(self, request: Request) -> None:
        """Whatever the page is made of must be on the tablet; only the server itself may be out of reach."""
        if request.resource_type in ("document", "stylesheet", "script"):
            self.faults.append(f"not on the tablet: {request.url}")

    def _heard(self, message: object) -> None:
        words = str(getattr(message, "text", ""))
        if "Content Security Policy" in words:
            self.faults.append(words)

    def switch_off(self) -> None:
        """End the browser; the profile stays."""
        if self.context is not None:
            self.context.close()
            self.context = None

    @property
    def page(self) -> Page:
        """The one page of the tablet."""
        assert self.context is not None
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def enrol(self, code: str) -> None:
        """Scan the officer's code: the address of the enrolling page with the code behind the #."""
        self.page.goto(f"/kiosk/enrol#{code}")
        self.page.get_by_role("button", name="Set up this tablet").click()
        self.page.wait_for_url("**/kiosk/*/")
        self.kiosk_id = int(self.page.url.rstrip("/").rpartition("/")[2])

    def open(self) -> None:
        """Open the kiosk's page, as the icon on the home screen does, and wait until it stands."""
        self.page.goto(f"/kiosk/{self.kiosk_id}/")
        self.ready()

    def ready(self) -> None:
        """Wait until the page shows its beginning."""
        expect(self.page.locator("main[data-at]")).to_be_visible()

    def ready_for_the_road(self) -> None:
        """Wait until everything is on the tablet that it needs without a network."""
        expect(self.page.locator("main[data-offline=ready]")).to_be_visible()

    def vote(self, code: str, *titles: str, language: str = "English") -> str:
        """Vote as a person does, from the languages to the receipt; gives the receipt."""
        self.enter(code, language)
        return self.mark(*titles)

    def enter(self, code: str, language: str = "English") -> None:
        """Begin in a language and enter the card's code."""
        page = self.page
        page.get_by_role("button", name=language).click()
        page.get_by_label("Code on your card").fill(code)
        page.locator("[data-screen=code]").get_by_role("button", name="Continue").click()

    def mark(self, *titles: str) -> str:
        """Mark the ballot that is open, check it and cast it; gives the receipt, and clears the screen."""
        page = self.page
        for title in titles:
            page.get_by_label(title, exact=True).check()
        page.get_by_role("button", name="Check my choices").click()
        page.get_by_role("button", name="Cast my ballot").click()
        expect(page.locator("main[data-at=done]")).to_be_visible()
        receipt = page.locator("[data-receipt]").inner_text()
        page.get_by_role("button", name="Finish: clear the screen").click()
        expect(page.locator("main[data-at=start]")).to_be_visible()
        return receipt.replace(" ", "")

    def waits(self, count: int) -> None:
        """So many ballots wait on the tablet; a day's ballots take a while to be sent."""
        line = self.page.locator("[data-kiosk-waiting]")
        expect(line).to_have_text(f"Waiting on this tablet: {count}", timeout=2 * PATIENCE)

    def copied(self, profile: Path) -> Tablet:
        """A copy of the switched-off tablet, as somebody who takes its storage has it."""
        shutil.copytree(self.profile, profile)
        return Tablet(self.chromium, profile, self.url, self.flags, self.kiosk_id)

    def stored(self) -> bytes:
        """Everything that lies in the profile's files, which are read while the browser is off."""
        return b"".join(path.read_bytes() for path in sorted(self.profile.rglob("*")) if path.is_file())
