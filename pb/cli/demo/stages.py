"""The three rounds of the demonstration as diaries, and how far each stage has come in them today."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from pb.cli.demo import ballots, deciding, groups, halls, rounds, stalls, surgery
from pb.cli.demo.diary import Deed, Diary, Entry, due, play
from pb.cli.demo.plans import last_spring, main_plan, sparks_plan, young_plan
from pb.cli.demo.rounds import Plan
from pb.cli.demo.town import Town, written
from pb.core.clock import to_london
from pb.extensions import present
from pb.services.rounds import slug_of
from pb.services.stations import Span
from pb.services.transactions import transaction

#: Stage -> how many days ago voting in the large round opened; negative where it is still to come.
STAGES = {"bidding": -63, "checking": -30, "voting": 7, "event-day": 12, "reveal": 23, "deciding": 29, "published": 50}
VOTERS = 420
SPARKS_VOTERS = 60

Between = Callable[[list[Entry]], Any]


def build(stage: str, seed: int, now: datetime, *, voters: int = VOTERS, each: Between = lambda deeds: deeds) -> Town:
    """Live through everything up to `now` in an empty database; `each` may show how far it has come.

    All of it is kept, or nothing. Leaves the clock standing at the last deed. The same seed gives the same town.
    """
    town = Town(random.Random(seed))
    present.use(chance=random.Random(seed).randbytes)
    today = to_london(now).date()
    diaries = [
        _first_days(town, today),
        _sparks(town, Diary(last_spring(today)), seed, SPARKS_VOTERS if voters > SPARKS_VOTERS else voters),
        _main(town, Diary(today - timedelta(days=STAGES[stage])), seed, voters, stage, now),
        _young(town, Diary(today)),
    ]
    with transaction() as session:
        for entry in each(due(diaries, now)):
            play(entry)
            session.flush()
            session.expire_all()
    return town


def _first_days(town: Town, today: date) -> Diary:
    diary = Diary(last_spring(today))
    diary.on(-70, "09:00", town.settle)
    return diary


def _prepared(town: Town, diary: Diary, plan: Plan, begins: int) -> str:
    """From the idea to the day on which the round is made public; gives the address that it will have."""
    slug = slug_of(plan.title)
    diary.on(begins, "10:00", partial(rounds.add_idea, town, plan))
    diary.on(begins + 2, "14:00", partial(rounds.pass_assessment, town, slug))
    diary.on(begins + 4, "11:00", partial(rounds.set_up, town, slug, plan))
    diary.on(begins + 7, "15:00", partial(rounds.make_public, town, slug))
    return slug


def _sparks(town: Town, diary: Diary, seed: int, voters: int) -> Diary:
    slug = _prepared(town, diary, sparks_plan(diary), -50)
    for number, words in enumerate(written("sparks.json")):
        diary.on(-30 + number * 2, "18:30", partial(groups.write_bid, town, slug, words))
        diary.on(-29 + number * 2, "19:15", partial(groups.send_bid, town, words))
        diary.on(-12 + number, "10:30", partial(groups.check_bid, town, words))
    diary.on(-6, "09:30", partial(rounds.lock, town, slug))
    diary.on(-6, "09:50", partial(rounds.rehearse, town, slug))
    ballots.Voters(town, slug, diary, f"{seed} sparks", ("Harbour",)).come(voters, 10)
    _counted(town, diary, slug, 11)
    diary.on(14, "17:10", partial(deciding.agree, town, slug, "Harbour"))
    diary.on(15, "10:00", partial(deciding.publish, town, slug, "Harbour"))
    diary.on(16, "11:00", partial(deciding.release_result, town, slug))
    needs = (("volunteers", "Four people who can lift, on two Saturdays"), ("materials", "A dry cupboard with a lock"))
    diary.on(20, "16:00", partial(deciding.add_needs, town, slug, "Harbour", *needs))
    help_offered = ("Marcus Vine", "marcus@neighbours.example", "I have a van and most Saturdays free. Shall I ring?")
    diary.on(23, "20:10", partial(deciding.resident_helps, slug, "Harbour", *help_offered))
    asked = ("question", "Olive Brandt", "olive@neighbours.example", "When will the next round for Harbour be?")
    diary.on(25, "09:40", partial(deciding.resident_asks, slug, *asked))
    return diary


def _counted(town: Town, diary: Diary, slug: str, day: int) -> None:
    """The day after the close: opening, first count, offers; then the answers, and the second teller."""
    diary.on(day, "10:00", partial(deciding.open_the_box, town, slug))
    diary.on(day, "10:30", partial(deciding.count, town, slug))
    diary.on(day, "11:00", partial(deciding.offer_the_rest, town, slug))
    diary.on(day + 1, "18:20", partial(deciding.accept_offers, town, slug))
    diary.on(day + 2, "09:30", partial(deciding.certify_count, town, slug))


def _main(town: Town, diary: Diary, seed: int, voters: int, stage: str, now: datetime) -> Diary:
    slug = _prepared(town, diary, main_plan(diary), -98)
    diary.on(-90, "13:00", partial(rounds.appoint_holders, town, slug))
    _main_bids(town, diary, slug)
    diary.on(-9, "15:00", partial(rounds.lock, town, slug))
    diary.on(-9, "16:00", partial(rounds.rehearse, town, slug))
    diary.on(-8, "10:00", partial(ballots.print_cards, town, slug, max(voters // 2, 20), "Stall at Quay Lane Library"))
    people = ballots.Voters(town, slug, diary, f"{seed} main")
    people.come(voters, 21)
    _stalls(town, diary, slug, people)
    _hall(town, diary, slug, people, now if stage == "event-day" else None)
    _surgery(town, diary, slug, people)
    _desk(town, diary, slug, people)
    if stage == "reveal":
        _revealed(town, diary, slug, now)
    else:
        _counted(town, diary, slug, 22)
    _members(town, diary, slug)
    return diary


def _hall(town: Town, diary: Diary, slug: str, people: ballots.Voters, now: datetime | None) -> None:
    """The event: in the evening of its day, or half-way through `now`, whatever the time of day."""
    doors = now - timedelta(hours=1) if now else diary.moment(halls.DAY, "18:00")
    diary.on(-6, "11:00", partial(halls.plan, town, slug, Span(doors, doors + timedelta(hours=3))))
    if now is None:
        diary.at(doors, partial(halls.hold, town, slug, people))
        return
    diary.at(doors, partial(halls.open_doors, town, slug, people))
    diary.at(now - timedelta(minutes=1), partial(halls.go_half_way, town, slug))


def _revealed(town: Town, diary: Diary, slug: str, now: datetime) -> None:
    """In the last hour the box is opened and counted, and the first bids are shown to the room."""
    deeds: list[tuple[int, Deed]] = [
        (50, partial(deciding.open_the_box, town, slug)),
        (40, partial(deciding.count, town, slug)),
        (1, partial(deciding.reveal_some, town, slug)),
    ]
    for minutes, deed in deeds:
        diary.at(now - timedelta(minutes=minutes), deed)


def _stalls(town: Town, diary: Diary, slug: str, people: ballots.Voters) -> None:
    """The library for six days, then the supermarket's car park for four."""
    diary.on(-7, "11:00", partial(stalls.plan, town, slug, diary))
    diary.on(0, "08:50", partial(stalls.begin, town, slug, stalls.LIBRARY))
    diary.on(5, "17:30", partial(stalls.end, town, slug, stalls.LIBRARY))
    diary.on(6, "09:00", partial(stalls.begin, town, slug, stalls.TESCO))
    diary.on(6, "12:00", partial(stalls.hand_out, town, slug, people))
    diary.on(9, "17:30", partial(stalls.end, town, slug, stalls.TESCO, left=stalls.CARDS - stalls.GIVEN))
    diary.on(22, "09:00", partial(stalls.settle_cards, town, slug))


def _surgery(town: Town, diary: Diary, slug: str, people: ballots.Voters) -> None:
    """Papers at a drop point: brought back on the fifth day, keyed by two to the end after the close."""
    diary.on(-2, "10:00", partial(surgery.leave, town, slug))
    diary.on(5, "15:00", partial(surgery.collect, town, slug, people))
    diary.on(22, "09:10", partial(surgery.finish, town, slug))


def _main_bids(town: Town, diary: Diary, slug: str) -> None:
    """Eighteen bids and three more: written over five weeks, checked over three."""
    for number, words in enumerate([*written("bids.json"), *written("others.json")]):
        begun = -76 + number * 3 // 2
        diary.on(begun, "19:00", partial(groups.write_bid, town, slug, words))
        diary.on(begun + 2, "20:30", partial(groups.send_bid, town, words))
        if "refused" in words:
            diary.on(-33, "11:20", partial(groups.ask_refusal, town, words))
            diary.on(-31 if words["ward"] == "Harbour" else -28, "09:10", partial(groups.confirm, town, words))
        elif "withdrawn" in words:
            diary.on(-40, "21:00", partial(groups.take_back, town, words))
        else:
            diary.on(-41 + number, "10:40", partial(groups.check_bid, town, words))


def _desk(town: Town, diary: Diary, slug: str, people: ballots.Voters) -> None:
    """Three people are on the roll already when they come: one is settled each way, one waits until the close."""
    settle = partial(ballots.settle_first, town, slug)
    diary.on(2, "12:15", people.vote_again)
    twins = "Rang both: a father and his son of the same name, with one figure of the year mistyped."
    diary.on(3, "10:00", partial(settle, accepted=True, reason=twins))
    diary.on(4, "18:45", people.vote_again)
    diary.on(5, "09:20", partial(settle, accepted=False, reason="They remembered that they had voted at the library."))
    diary.on(6, "20:05", people.vote_again)
    diary.on(21, "17:30", partial(settle, accepted=True, reason="Showed a council tax bill at the desk."))


def _members(town: Town, diary: Diary, slug: str) -> None:
    """One member differs once and says why, one has an interest, one agrees; then the release."""
    reason = "The lottery has promised this project the rest since the vote, so the smaller sum is enough to begin."
    alternatives = "To give all of it, which would leave less for the bid that comes next."
    interest = "My sister is on the committee of the group."
    steps: list[tuple[int, str, Deed]] = [
        (26, "17:00", partial(deciding.differ, town, slug, "Harbour", reason, alternatives)),
        (26, "17:20", partial(deciding.agree, town, slug, "Harbour")),
        (26, "17:40", partial(deciding.take_what_is_released, town, slug, "Harbour")),
        (27, "09:00", partial(deciding.publish, town, slug, "Harbour")),
        (28, "11:00", partial(deciding.declare, town, slug, "Northfield", interest)),
        (31, "16:00", partial(deciding.agree, town, slug, "Northfield")),
        (31, "16:10", partial(deciding.publish, town, slug, "Northfield")),
        (32, "18:00", partial(deciding.agree, town, slug, "St Mary's")),
        (32, "18:10", partial(deciding.publish, town, slug, "St Mary's")),
        (34, "14:00", partial(deciding.cabinet_decides, town, slug)),
        (36, "10:00", partial(deciding.release_result, town, slug)),
    ]
    for day, clock, deed in steps:
        diary.on(day, clock, deed)
    needs = (("volunteers", "Two more people for the rota"), ("venue", "A dry place for tools over the winter"))
    diary.on(39, "17:00", partial(deciding.add_needs, town, slug, "Harbour", *needs))
    diary.on(39, "17:05", partial(deciding.add_needs, town, slug, "St Mary's", needs[0]))
    offer = ("Ruby Fairweather", "ruby@neighbours.example", "I am a joiner and would like to help at the weekends.")
    diary.on(41, "19:30", partial(deciding.resident_helps, slug, "Harbour", *offer))
    asked = ("question", "Sid Larkin", "sid@neighbours.example", "Why did the money in Northfield stop where it did?")
    diary.on(43, "08:50", partial(deciding.resident_asks, slug, *asked))


def _young(town: Town, diary: Diary) -> Diary:
    """Two bids are sent, and a third is begun by a group that bids in the large round too."""
    slug = _prepared(town, diary, young_plan(diary), -24)
    for number, words in enumerate(written("young.json")):
        if "begun" in words:
            diary.on(-2, "17:30", partial(groups.write_bid, town, slug, words, groups.BEGUN))
            continue
        diary.on(-7 + number * 3, "16:00", partial(groups.write_bid, town, slug, words))
        diary.on(-6 + number * 3, "16:45", partial(groups.send_bid, town, words))
    return diary
