"""Ways to question a decision: what each is for, who answers, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pb.core.words import N_


@dataclass(frozen=True)
class Way:
    """One way to question a decision. `working_days` from the publication until when; None: no fixed day.

    `ours` says that the form of this service takes it.
    """

    key: str
    label: str
    what: str
    answer: str
    working_days: int | None = None
    ours: bool = True


WAYS: tuple[Way, ...] = (
    Way(
        "question",
        N_("Ask a question"),
        N_("You do not understand a decision, or want to know more about it. Begin here: most things end here."),
        N_("The officer who runs the round answers within 10 working days."),
    ),
    Way(
        "appeal",
        N_("Appeal"),
        N_("You speak for a group and believe that the round’s own rules were not followed for its bid."),
        N_("Officers who had nothing to do with the decision look at it, within 20 working days."),
        working_days=10,
    ),
    Way(
        "complaint",
        N_("Complain"),
        N_("The council did something badly, too late or unfairly, and you want it put right."),
        N_("It goes through the council’s complaints procedure; the first answer comes within 20 working days."),
    ),
    Way(
        "petition",
        N_("Petition"),
        N_("Many of you want the council to think again. Tell us what you ask for, and we send you the form."),
        N_("The council answers every petition in public."),
    ),
    Way(
        "scrutiny",
        N_("Ask scrutiny to look at it"),
        N_("You want councillors who did not decide to look at how it was decided. They may call a decision in."),
        N_("Your words go to the chair of the scrutiny committee."),
        working_days=5,
    ),
    Way(
        "ombudsman",
        N_("The ombudsman"),
        N_("You have complained to the council and are not content with its final answer."),
        N_(
            "The Local Government and Social Care Ombudsman in England, or the Public Services Ombudsman for Wales, is "
            "independent and free. Go to them yourself, within 12 months."
        ),
        ours=False,
    ),
)
BY_KEY = {way.key: way for way in WAYS}
LIMITS = {"name": 120, "contact": 200, "words": 4_000}

SATURDAY = 5


def last_day(published: date, working_days: int) -> date:
    """The last of so many working days after a day, Mondays to Fridays; bank holidays are not taken out."""
    day = published
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return day
