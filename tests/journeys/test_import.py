"""A real election, imported with one command, opened, counted, decided and published by people in a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import current_app
from playwright.sync_api import expect

from pb.core.actors import Actor, Role
from pb.core.pabulib import PbFile, read
from tests.browser import Site
from tests.factories import an_account
from tests.journeys.people import at_desk
from tests.journeys.steps import follow, press, send

pytestmark = [pytest.mark.browser, pytest.mark.real_input]

SLUG = "district-pb-in-warszawa-wilanow"
BASE = f"/officers/rounds/{SLUG}"


@pytest.fixture
def wilanow(shared: Path) -> Path:
    """The election of Warsaw's Wilanów in 2023: 35 projects, 2,358 ballots, 1,516,962 złoty."""
    return shared / "pabulib" / "Poland_Warszawa_2023_Wilanow.pb"


def test_an_imported_election_shows_its_official_winners_on_its_published_page(site: Site, wilanow: Path) -> None:
    owner = an_account(Role.OFFICER, name="Maya Fielding")
    result = current_app.test_cli_runner().invoke(args=["import-pb", str(wilanow)])
    assert "35 projects, 2,358 ballots cast." in result.stdout, result.output
    two_officers_and_the_count_lead_open_it(site, owner)
    it_is_counted_and_certified(site)
    the_cabinet_agrees(site)
    two_people_release_it(site, owner)
    with wilanow.open("rb") as stream:
        assert winners_shown(site) == official(read(stream))


def official(file: PbFile) -> dict[str, str]:
    """What the city paid for: the names of the projects and what each got, as pages write it."""
    selected = file.published("selected") or {}
    projects = [project for project in file.instance.projects if selected[project.id] == 1]
    return {" ".join(project.name.split()): file.instance.money(project.cost) for project in projects}


def two_officers_and_the_count_lead_open_it(site: Site, owner: Actor) -> None:
    """The count lead freezes the box, two officers approve, the count lead opens it before a witness."""
    lead = an_account(Role.COUNT_LEAD)
    with at_desk(site, lead, f"{BASE}/box") as page:
        expect(page.get_by_role("main")).to_contain_text("2,358")
        press(page, "Freeze the box")
    for officer in (owner, an_account(Role.OFFICER)):
        with at_desk(site, officer, f"{BASE}/box") as page:
            follow(page, "Approve the opening")
            send(site, page, {"ready": True}, "Approve")
    with at_desk(site, lead, f"{BASE}/box") as page:
        follow(page, "Open the box")
        send(site, page, {"first_witness": "Ann Other"}, "Open the box")
        expect(page.get_by_role("status")).to_contain_text("The box is open.")
        site.look(page, "import-1-box")


def it_is_counted_and_certified(site: Site) -> None:
    """A count lead records the count, the second teller compares and certifies."""
    with at_desk(site, an_account(Role.COUNT_LEAD), f"{BASE}/counts") as page:
        press(page, "Count the ballots")
        site.look(page, "import-2-counted")
    with at_desk(site, an_account(Role.SECOND_TELLER), f"{BASE}/counts") as page:
        follow(page, "Compare and certify")
        send(site, page, {"checked": True}, "Certify the count")
        expect(page.get_by_role("status")).to_contain_text("The count is certified.")


def the_cabinet_agrees(site: Site) -> None:
    """The round is of no ward here, so the cabinet decides: as the vote recommends."""
    with at_desk(site, an_account(Role.CABINET, name="Cllr Shaw"), "/members/") as page:
        follow(page, "Wilanów")
        site.look(page, "import-3-decisions")
        follow(page, "Agree with all that wait")
        send(site, page, {"power": "cabinet_member"}, "Agree with the vote")
        follow(page, "Look at them and publish")
        send(site, page, {"sure": True}, "Publish")


def two_people_release_it(site: Site, owner: Actor) -> None:
    """The owner asks, an approver releases."""
    with at_desk(site, owner, f"{BASE}/publication") as page:
        press(page, "Ask an approver to release it")
    with at_desk(site, an_account(Role.APPROVER), f"{BASE}/publication") as page:
        follow(page, "Read and release")
        send(site, page, {"sure": True}, "Release the result to everybody")
        expect(page.get_by_role("status")).to_contain_text("The result is published")


def winners_shown(site: Site) -> dict[str, str]:
    """The projects that get something on the public page, as a resident reads it on a phone, with the amounts."""
    with site.visit(phone=True) as page:
        page.goto(f"/rounds/{SLUG}/result")
        site.look(page, "import-4-result")
        rows = page.locator("table.yd-result tbody tr:has(th)").all()
        told = {" ".join(row.locator("th a").first.inner_text().split()): row.inner_text() for row in rows}
    amounts = {title: re.search(r"([\d,]+ PLN)\s+As the vote recommended", text) for title, text in told.items()}
    return {title: found[1] for title, found in amounts.items() if found}
