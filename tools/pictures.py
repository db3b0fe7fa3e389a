"""Take the screenshots in docs/pictures/ from the demonstration: `make pictures`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PHONE, DESK = (390, 844), (1280, 900)
#: name -> (path, width and height of the window)
SHOTS = {
    "round": ("/rounds/your-neighbourhood-you-decide", PHONE),
    "vote": ("/rounds/your-neighbourhood-you-decide/vote", PHONE),
    "result-phone": ("/rounds/harbour-sparks-2025/result", PHONE),
    "home": ("/", DESK),
    "result": ("/rounds/harbour-sparks-2025/result", DESK),
}
#: Phones that stand side by side in the README's picture.
SIDE_BY_SIDE = ("round", "vote", "result-phone")
PATIENCE_SECONDS = 600


def main() -> None:
    """Seed a demonstration, serve it, and take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        settings = {"PB_INSTANCE_PATH": folder, "PB_PORT": str(port)}
        server = subprocess.Popen(
            [sys.executable, "-m", "pb", "demo", "--serve"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", server)
            _take(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()
    _stand_side_by_side()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(1)
    sys.exit("the demonstration did not start")


def _take(url: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is needed to take pictures")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, (path, window) in SHOTS.items():
            _shoot(browser, url + path, window, PICTURES / f"{name}.png")
        browser.close()


def _shoot(browser: Browser, url: str, window: tuple[int, int], to: Path) -> None:
    page = browser.new_page(viewport={"width": window[0], "height": window[1]}, locale="en-GB")
    page.goto(url)
    page.screenshot(path=str(to))
    page.close()


def _stand_side_by_side() -> None:
    """Three phones in one picture, for the README."""
    gap = 24
    phones = [Image.open(PICTURES / f"{name}.png").convert("RGB") for name in SIDE_BY_SIDE]
    wide = sum(phone.width for phone in phones) + gap * (len(phones) - 1)
    whole = Image.new("RGB", (wide, phones[0].height), "white")
    at = 0
    for phone in phones:
        whole.paste(phone, (at, 0))
        at += phone.width + gap
    whole.save(PICTURES / "phones.png", optimize=True)
    for name in SIDE_BY_SIDE:
        (PICTURES / f"{name}.png").unlink()


if __name__ == "__main__":
    main()
