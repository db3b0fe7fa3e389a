"""Anybody checks a result in the browser: with the words from the minutes, with wrong ones, with a changed file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pb.core.canonical import words
from pb.services.packages import content_of_package, package_of
from pb.services.publication import published
from tests.browser import Site
from tests.deciding import a_ward_round_by_channels, agreed_and_published

pytestmark = pytest.mark.browser


def test_a_sceptic_checks_the_package_in_the_browser(site: Site, tmp_path: Path) -> None:
    the_round, member = a_ward_round_by_channels({"online": [("Hall", "Bench")] * 12})
    agreed_and_published(the_round, member)
    package = package_of(published(the_round.id))
    file = tmp_path / "package.zip"
    file.write_bytes(b"".join(content_of_package(package)))
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(file.read_bytes().replace(b"result.json", b"rezult.json"))
    anchor, slug = words(package.sha256), the_round.slug
    for phone in (True, False):
        with site.visit(phone=phone) as page:
            page.goto(f"/rounds/{slug}/result/check")
            size = "phone" if phone else "desk"
            site.look(page, f"check-{size}")
            expect(page.get_by_text("Choose the zip file that you downloaded.")).to_be_hidden()
            page.get_by_role("button", name="Check this file").press("Enter")
            expect(page.get_by_text("Choose the zip file that you downloaded.")).to_be_visible()
            expect(page.locator("#package")).to_be_focused()
            page.set_input_files("#package", Path(__file__))
            page.get_by_role("button", name="Check this file").click()
            expect(page.get_by_text("Choose the zip file that you downloaded.")).to_be_visible()
            page.set_input_files("#package", file)
            page.get_by_label("The fingerprint from the minutes").fill(anchor.partition(" ")[2])
            page.get_by_role("button", name="Check this file").click()
            expect(page.get_by_text("A fingerprint has eight words")).to_be_visible()
            expect(page.locator("#anchor")).to_be_focused()
            assert page.locator("#verdict").text_content() == "", "a slip of the hand is no fault of the package"
            page.get_by_label("The fingerprint from the minutes").fill(anchor.upper())
            page.get_by_role("button", name="Check this file").click()
            expect(page.locator("#verdict")).to_contain_text(
                "Everything holds, and the package is the one in the minutes."
            )
            assert page.locator("#checks .govuk-tag--green").count() == 12
            site.look(page, f"check-held-{size}")
            page.set_input_files("#package", spoilt)
            page.get_by_role("button", name="Check this file").click()
            expect(page.locator("#verdict")).to_contain_text("Something does not hold.")
            page.get_by_label("The fingerprint from the minutes").fill("")
            page.get_by_role("button", name="Check the package as published here").click()
            expect(page.locator("#verdict")).to_contain_text(anchor)
            expect(page.locator("#verdict")).to_contain_text("compare these words with those in the minutes")
            site.look(page, f"check-unanchored-{size}")
    with site.visit(javascript=False) as page:
        page.goto(f"/rounds/{slug}/result/check")
        expect(page.get_by_role("button", name="Check this file")).to_be_hidden()
        expect(page.get_by_role("link", name="check_package.py")).to_be_visible()
        site.look(page, "check-no-script")
    assert site.faults == []
