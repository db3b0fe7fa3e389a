"""`pb worker`: does what waits, from a timer or until it is stopped."""

from __future__ import annotations

import pytest
import structlog
from flask import Flask

from pb.cli.worker import LOOK_SECONDS, work_until
from pb.models.jobs import Job, JobState
from pb.services.cards import AT_ONCE, ask_cards, make_part, printing_of
from pb.services.cards import KIND as CARDS
from pb.services.codes import BatchWanted
from pb.services.jobs import job_about
from pb.services.worker import STEPS
from tests import factories


def test_a_worker_from_a_timer_does_what_waits_and_says_how_much(app: Flask) -> None:
    the_round = factories.a_round_taking_bids()
    ask_cards(the_round.id, BatchWanted(AT_ONCE + 1, "Library"), by=factories.owner_of(the_round))
    told = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert (told.exit_code, told.output) == (0, "1 done.\n")
    assert printing_of(the_round.id, 1).ready
    assert app.test_cli_runner().invoke(args=["worker", "--once"]).output == "0 done.\n"


def test_a_worker_looks_for_work_until_it_is_stopped(app: Flask) -> None:
    the_round = factories.a_round_taking_bids()
    waits: list[float] = []

    def wait(seconds: float) -> None:
        """Somebody asks for cards while the worker waits for the first time."""
        if not waits:
            ask_cards(the_round.id, BatchWanted(AT_ONCE + 1, "Library"), by=factories.owner_of(the_round))
        waits.append(seconds)

    work_until(lambda: len(waits) == 2, wait)
    assert waits == [LOOK_SECONDS] * 2
    assert printing_of(the_round.id, 1).ready


def test_a_job_with_a_bug_stops_alone_and_says_where_to_look(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    the_round = factories.a_round_taking_bids()
    for name in ("Library", "Market"):
        ask_cards(the_round.id, BatchWanted(AT_ONCE + 1, name), by=factories.owner_of(the_round))

    def broken(job: Job) -> None:
        """The first batch meets a bug."""
        if job.subject == 1:
            raise KeyError("nobody thought of it")
        make_part(job)

    monkeypatch.setitem(STEPS, CARDS, broken)
    rounds = iter(range(3))
    with structlog.testing.capture_logs() as logged:
        work_until(lambda: next(rounds) == 2, lambda _seconds: None)
    (bug,) = [each for each in logged if each["event"] == "bug"]
    job = job_about(CARDS, 1)
    assert job is not None
    assert (job.state, job.fault) == (JobState.FAILED, f"KeyError, {bug['reference']}")
    assert printing_of(the_round.id, 2).ready, "the worker went on"
