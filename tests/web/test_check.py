"""The package to download, and the page that says how anybody checks a result."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from pb.core.canonical import words
from pb.core.checking.packing import unpacked
from pb.core.checking.report import CHECKS as ASKED
from pb.core.checking.report import examine
from pb.services.decisions import publish_decisions
from pb.services.packages import package_of
from pb.services.publication import numbered_publication, published
from pb.web.check_words import CHECKS
from tests.deciding import a_decided_round, a_published_round, decided, released
from tests.factories import a_certified_round
from tests.reader import Reader


def test_the_package_is_served_as_a_file_that_holds(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    answer = client.get(f"/rounds/{the_round.slug}/result/package.zip", buffered=True)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{the_round.slug}-1.zip"'
    assert answer.content_length == len(answer.data)
    assert examine(answer.data, package_of(published(the_round.id)).sha256).holds


def test_a_correction_has_a_package_of_its_own_and_the_first_stays_as_it_was(app: Flask, client: Reader) -> None:
    the_round, member = a_decided_round()
    released(the_round)
    first = client.get(f"/rounds/{the_round.slug}/result/package.zip").data
    decided(the_round, "Bench", member, 250_000, reason="One bench fewer.")
    publish_decisions(the_round.id, by=member)
    released(the_round, reason="The amount for Bench was wrong.")
    second = client.get(f"/rounds/{the_round.slug}/result/package.zip").data
    assert client.get(f"/rounds/{the_round.slug}/result/package-1.zip").data == first
    assert examine(second, package_of(numbered_publication(the_round.id, 2)).sha256).holds
    assert unpacked(first)["receipts.txt"] == unpacked(second)["receipts.txt"]
    assert unpacked(first)["result.json"] != unpacked(second)["result.json"]


def test_there_is_no_package_before_the_result_is_published(app: Flask, client: Reader) -> None:
    the_round = a_certified_round()
    for path in ("package.zip", "package-1.zip", "check"):
        assert client.get(f"/rounds/{the_round.slug}/result/{path}").status_code == 404


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_an_edition_that_never_was_is_not_found(app: Flask, client: Reader, number: str) -> None:
    the_round = a_published_round()
    assert client.get(f"/rounds/{the_round.slug}/result/package-{number}.zip").status_code == 404


def test_the_page_of_a_round_shows_its_words_and_offers_package_and_checker(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    page = client.read(f"/rounds/{the_round.slug}/result/check")
    assert words(package_of(published(the_round.id)).sha256) in page.get_text()
    for href in (f"/rounds/{the_round.slug}/result/package.zip", f"/rounds/{the_round.slug}/receipts"):
        assert page.select_one(f"a[href='{href}']") is not None
    file = page.select_one("a[download='check_package.py']")
    assert file is not None
    with client.get(file["href"]) as answer:
        source = answer.get_data(as_text=True)
    assert source.startswith('"""Check the public package of a You Decide result.')


def test_result_and_count_lead_to_the_page(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    for path in ("result", "how-it-was-counted"):
        page = client.read(f"/rounds/{the_round.slug}/{path}")
        assert page.select_one(f"a[href='/rounds/{the_round.slug}/result/check']") is not None


def test_the_page_without_a_round_explains_the_same_checks(app: Flask, client: Reader) -> None:
    page = client.read("/check")
    assert [item["data-check"] for item in page.select("[data-check]")] == list(ASKED)
    assert {key: str(text) for key, text in CHECKS.items()} == ASKED


def test_the_package_holds_no_name_of_a_voter_and_no_time_of_a_vote(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    files = unpacked(client.get(f"/rounds/{the_round.slug}/result/package.zip").data)
    opened = datetime.fromisoformat(str(the_round.voting_opens_at)).astimezone(UTC).date().isoformat()
    for name in ("receipts.txt", "ballots.jsonl", "histogram.json", "leaves.txt"):
        assert opened.encode() not in files.get(name, b"")
