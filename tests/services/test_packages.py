"""The public package: made once with the publication, everything in it that a sceptic needs, nothing about anybody."""

from __future__ import annotations

import zipfile

import pytest
from sqlalchemy import select

from pb.core.canonical import parse
from pb.core.checking.packing import unpacked
from pb.core.checking.report import CHECKS, HELD, NOT_MADE, examine
from pb.extensions import db, present
from pb.models.publications import Package
from pb.models.rounds import Round
from pb.services import packages
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.ledger import events_of_round
from pb.services.packages import content_of_package, package_of
from pb.services.pots import PotEntry
from pb.services.publication import publication_of, published
from pb.services.transactions import transaction
from tests.deciding import (
    ALIKE,
    EACH_ALONE,
    a_cabinet_member,
    a_decided_round,
    a_published_round,
    a_published_round_of,
    a_ward_round_by_channels,
    agreed_and_published,
    project_called,
    released,
)

pytestmark = pytest.mark.usefixtures("app")


def bytes_of(the_round: Round) -> bytes:
    return b"".join(content_of_package(package_of(published(the_round.id))))


def files_of(the_round: Round) -> dict[str, bytes]:
    return unpacked(bytes_of(the_round))


def test_the_package_is_whole_and_its_fingerprint_stands_on_the_ledger() -> None:
    the_round = a_published_round_of(ALIKE)
    package = package_of(published(the_round.id))
    report = examine(bytes_of(the_round), package.sha256)
    assert report.notes == {}
    assert report.states == dict.fromkeys(CHECKS, HELD)
    (event,) = events_of_round(the_round.id, ("package_made",))
    assert event.facts == {"publication": 1, "sha256": package.sha256, "size": len(bytes_of(the_round))}


def test_ballots_that_look_alike_are_in_it_with_their_random_keys() -> None:
    files = files_of(a_published_round_of(ALIKE))
    assert set(files) == {"manifest.json", "result.json", "receipts.txt", "ballots.jsonl"}
    assert len(files["ballots.jsonl"].splitlines()) == len(files["receipts.txt"].splitlines()) == 15


def test_ballots_by_which_somebody_could_be_told_are_not_in_it_and_the_scores_count_the_same() -> None:
    the_round = a_published_round_of(EACH_ALONE)
    files = files_of(the_round)
    assert set(files) == {"manifest.json", "result.json", "receipts.txt", "histogram.json"}
    report = examine(bytes_of(the_round))
    assert report.states["recount"] == HELD
    assert report.states["ballots"] == report.states["anchor"] == NOT_MADE
    assert report.notes["ballots"] == "the ballots are not published, so the root over them cannot be worked out"
    assert report.holds


def test_of_a_handful_of_ballots_only_totals_are_in_it() -> None:
    files = files_of(a_published_round())
    assert set(files) == {"manifest.json", "result.json", "receipts.txt"}
    manifest = parse(files["manifest.json"])
    assert [pot["level"] for pot in manifest["pots"]] == ["totals"]


TWO_POTS = {
    "pots": [PotEntry("Northfield", 700_000), PotEntry("Castle", 300_000)],
    "bids": [
        ("Hall", "northfield", 600_000, None),
        ("Bench", "northfield", 300_000, 100_000),
        ("Pond", "castle", 250_000, None),
        ("Roof", "castle", 200_000, None),
    ],
}


def test_where_one_pot_is_published_in_full_and_another_not_the_root_over_both_can_be_worked_out() -> None:
    ballots = [("Hall", "Pond")] * 8 + [("Hall", "Roof")] * 4
    the_round, _member = a_ward_round_by_channels({"online": ballots, "paper": [("Hall",)]}, **TWO_POTS)
    cabinet = a_cabinet_member()
    agree_with_the_rest(the_round.id, power="cabinet_member", by=cabinet)
    publish_decisions(the_round.id, by=cabinet)
    released(the_round)
    files = files_of(the_round)
    assert set(files) == {
        "manifest.json", "result.json", "receipts.txt", "ballots.jsonl", "histogram.json", "leaves.txt",
    }  # fmt: skip
    manifest = parse(files["manifest.json"])
    assert [(pot["key"], pot["level"]) for pot in manifest["pots"]] == [("northfield", "full"), ("castle", "histogram")]
    assert b"castle" not in files["ballots.jsonl"]
    assert manifest["channels"] == [{"count": 13, "names": ["online", "paper"]}]
    report = examine(bytes_of(the_round), package_of(published(the_round.id)).sha256)
    assert report.states == dict.fromkeys(CHECKS, HELD)


def test_a_project_that_was_withdrawn_after_the_vote_is_left_out_of_the_count_and_the_package_holds() -> None:
    def withdraw(the_round: Round) -> None:
        with transaction():
            pond = project_called(the_round, "Pond")
            pond.withdrawn_at, pond.withdrawn_reason = present.now(), "The group has no insurance."

    the_round, member = a_ward_round_by_channels({"online": ALIKE}, tamper=withdraw)
    agreed_and_published(the_round, member)
    report = examine(bytes_of(the_round))
    assert report.holds
    assert report.states["recount"] == HELD


def test_a_package_of_several_parts_comes_out_as_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PART", 1000)
    the_round = a_published_round_of(ALIKE)
    parts = list(content_of_package(package_of(published(the_round.id))))
    assert len(parts) > 2
    assert {len(part) for part in parts[:-1]} == {1000}
    assert examine(b"".join(parts)).holds


def test_nothing_of_a_release_that_fails_is_kept_no_package_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    the_round, _member = a_decided_round()
    monkeypatch.setattr(zipfile, "ZipFile", full)
    with pytest.raises(OSError, match="No space left"):
        released(the_round)
    db.session.rollback()
    assert publication_of(the_round.id) is None
    assert db.session.scalars(select(Package)).all() == []
