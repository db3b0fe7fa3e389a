"""The words of the three rounds of the demonstration, as their officer wrote them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pb.cli.demo.diary import Diary
from pb.cli.demo.people import WARDS
from pb.cli.demo.rounds import Plan
from pb.core.calendar import RoundDates
from pb.models.rounds import KeyMode, Level, Policy

THEMES = [
    "Arts and heritage",
    "Food and warmth",
    "Getting about",
    "Green spaces",
    "Health",
    "Learning",
    "Sport and play",
    "Young people",
]

MAIN: dict[str, Any] = {
    "summary": "£30,000 for ideas from neighbours, shared between three wards. You choose what it is spent on.",
    "audience": "everyone",
    "level": Level.INVOLVE,
    "themes": THEMES,
    "purpose": "People who live in a street know best what it needs. Last year's forum asked for small sums that "
    "groups can use quickly, and for a say in which ideas get them.",
    "decision_informed": "Which community projects the three ward members fund from the neighbourhood grant.",
    "result_use": "Each ward member gets the full result for their ward and decides on every bid, in public, in the "
    "order of the vote. Where a member differs, the reason stands beside the rank.",
    "promise_up": "Which projects get money, and in each ward how far down the list the money goes.",
    "promise_not": "How much money there is, and what the council must do anyway by law, such as lighting the roads.",
    "promise_last_word": "The ward members, or the cabinet where a member has an interest in a bid.",
    "total": 3_000_000,
    "running_cost": 210_000,
    "least_grant": 50_000,
    "most_grant": 350_000,
    "policy": Policy.DECLARED,
    "least_age": 11,
    "links": ["live", "work", "study", "volunteer"],
    "allow_change": True,
    "key_mode": KeyMode.HOLDERS,
}
MAIN_ASSESSMENT: dict[str, Any] = {
    "why": "The neighbourhood grant is for everybody, and so far only groups that know about it have asked.",
    "which_decision": "The ward members' decision on the neighbourhood grant of this financial year.",
    "known_already": "The forum of last winter: benches, warm rooms and something for young people came first.",
    "do_differently": "If fewer than five groups bid in a ward, its money goes into next year's round.",
    "formative": "No pound of the money is promised to anybody, and the members have no list of their own.",
    "information": "Every bid is shown with its cost, its lines and its summary, online and at the libraries.",
    "time": "Five weeks to bid, with two workshops; three weeks to vote, with a stall in each ward.",
    "consideration": "Members get the full count before they decide, and publish a reason wherever they differ.",
    "priority": "high",
    "cost": 210_000,
    "equality_impact_needed": True,
    "equality_impact_reason": "Older people and people without the internet could be left out: hence cards and stalls.",
}

SPARKS: dict[str, Any] = {
    "summary": "£3,500 for small ideas in Harbour that can begin within weeks.",
    "audience": "people in Harbour",
    "level": Level.INVOLVE,
    "themes": [],
    "purpose": "A first try: can neighbours choose small projects together, quickly and fairly?",
    "decision_informed": "Which small projects the Harbour member funds.",
    "result_use": "The member decides on each bid in the order of the vote and gives reasons.",
    "promise_up": "Which of the small projects get money.",
    "promise_not": "The size of the pot.",
    "promise_last_word": "The ward member, or the cabinet where the member has an interest.",
    "total": 350_000,
    "running_cost": 30_000,
    "least_grant": 20_000,
    "most_grant": 150_000,
    "policy": Policy.DECLARED,
    "least_age": 11,
    "links": ["live", "work", "study", "volunteer"],
    "allow_change": False,
    "key_mode": KeyMode.SIMPLE,
}
SPARKS_ASSESSMENT = MAIN_ASSESSMENT | {
    "why": "The council wants to try out a small round before a large one.",
    "known_already": "Nothing yet: that is why it begins small.",
    "cost": 30_000,
    "priority": "medium",
}

YOUNG: dict[str, Any] = {
    "summary": "£5,000 for ideas by and for people from 11 to 18. You bid, you choose.",
    "audience": "young people from 11 to 18",
    "level": Level.DECIDE,
    "themes": [],
    "purpose": "Young people asked for money of their own, without having to ask through adults.",
    "decision_informed": "How the young people's grant is spent.",
    "result_use": "The cabinet has promised to follow the vote unless a project turns out to be unlawful or unsafe.",
    "promise_up": "Which projects get money.",
    "promise_not": "The size of the pot, and that each project needs a grown-up who answers for the money.",
    "promise_last_word": "The cabinet member for young people.",
    "total": 500_000,
    "running_cost": 60_000,
    "least_grant": 30_000,
    "most_grant": 120_000,
    "policy": Policy.CODE,
    "least_age": 11,
    "links": ["live", "study"],
    "allow_change": False,
    "key_mode": KeyMode.HOLDERS,
}
YOUNG_ASSESSMENT = MAIN_ASSESSMENT | {
    "why": "The youth forum asked the cabinet for a round of its own, and the cabinet said yes.",
    "known_already": "The youth forum's survey of 340 pupils.",
    "cost": 60_000,
}


def main_plan(diary: Diary) -> Plan:
    """The large round: a pot for each of three wards, by population; each voter chooses up to three."""
    dates = RoundDates(
        bids_open_at=diary.moment(-77, "09:00"),
        bids_close_at=diary.moment(-42, "12:00"),
        voting_opens_at=diary.moment(0, "09:00"),
        voting_closes_at=diary.moment(21, "17:00"),
        decision_by=diary.moment(42, "17:00"),
    )
    return Plan("Your Neighbourhood, You Decide", MAIN, MAIN_ASSESSMENT, tuple(WARDS), dates, "population", "up-to-n")


def sparks_plan(diary: Diary) -> Plan:
    """The small round of last spring, in one ward."""
    dates = RoundDates(
        bids_open_at=diary.moment(-35, "09:00"),
        bids_close_at=diary.moment(-14, "12:00"),
        voting_opens_at=diary.moment(0, "09:00"),
        voting_closes_at=diary.moment(10, "17:00"),
        decision_by=diary.moment(24, "17:00"),
    )
    title = f"Harbour Sparks {diary.day_nought.year}"
    return Plan(title, SPARKS, SPARKS_ASSESSMENT, ("Harbour",), dates, "areas", "up-to-n")


def young_plan(diary: Diary) -> Plan:
    """The round for young people, which takes bids now; its day nought is today."""
    dates = RoundDates(
        bids_open_at=diary.moment(-10, "09:00"),
        bids_close_at=diary.moment(18, "12:00"),
        voting_opens_at=diary.moment(39, "09:00"),
        voting_closes_at=diary.moment(53, "17:00"),
        decision_by=diary.moment(67, "17:00"),
    )
    return Plan("Young Exampleton Decides", YOUNG, YOUNG_ASSESSMENT, tuple(WARDS), dates, "whole", "points")


def last_spring(today: date) -> date:
    """The second Monday of the last May whose round is over and published."""
    year = today.year if (today - date(today.year, 5, 15)).days > 45 else today.year - 1
    first = date(year, 5, 1)
    return first.replace(day=1 + (7 - first.weekday()) % 7 + 7)
