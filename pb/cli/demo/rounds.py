"""What officers do to bring a round from an idea to a locked ballot that is ready to be voted on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pb.cli.demo.people import PASSPHRASES
from pb.cli.demo.town import Town, round_at
from pb.core.calendar import RoundDates
from pb.models.rounds import AssessmentOutcome, KeyMode
from pb.services.areas import set_areas
from pb.services.assessments import assess, clashes_of, save_assessment, send_assessment
from pb.services.key_holders import appoint_key_holder, choose_passphrase, rehearse_passphrase
from pb.services.locks import ask_lock, lock_ballot
from pb.services.pot_layouts import lay_out_pots
from pb.services.rehearsals import rehearse_opening
from pb.services.round_ballots import choose_preset
from pb.services.round_dates import set_dates
from pb.services.round_sections import change_round
from pb.services.round_steps import open_bids, start_set_up
from pb.services.rounds import add_round

CLASH = "The two rounds have different money and ask different things; residents asked to see both at once."


@dataclass(frozen=True)
class Plan:
    """A round as its officer plans it: its words by the columns of the round, its wards, dates and ways."""

    title: str
    words: dict[str, Any]
    assessment: dict[str, Any]
    wards: tuple[str, ...]
    dates: RoundDates
    layout: str
    preset: str


def add_idea(town: Town, plan: Plan) -> str:
    """The officer writes the idea down, says when and where, and sends the assessment; gives the round's address."""
    by = town.actor("officer")
    the_round = add_round(plan.title, by=by)
    about: dict[str, Any] = {
        name: plan.words[name] for name in ("summary", "audience", "level", "themes") if name in plan.words
    }
    change_round(the_round.id, "about", about, by=by)
    set_areas(the_round.id, [town.areas[ward] for ward in plan.wards], by=by)
    set_dates(the_round.id, plan.dates, by=by)
    save_assessment(the_round.id, plan.assessment, by=by)
    send_assessment(the_round.id, by=by)
    return the_round.slug


def pass_assessment(town: Town, slug: str) -> None:
    """The approver says that it should go ahead, and why a clash is no harm where there is one."""
    the_round = round_at(slug)
    reason = CLASH if clashes_of(the_round) else ""
    assess(the_round.id, AssessmentOutcome.PURSUE, by=town.actor("approver"), clash_reason=reason)


def set_up(town: Town, slug: str, plan: Plan) -> None:
    """The officer fills in everything and makes the round public."""
    the_round, by = round_at(slug), town.actor("officer")
    start_set_up(the_round.id, by=by)
    for section in ("purpose", "promise", "money", "voters", "keys"):
        change_round(the_round.id, section, plan.words, by=by)
    lay_out_pots(the_round.id, plan.layout, by=by)
    choose_preset(the_round.id, plan.preset, by=by)


def make_public(town: Town, slug: str) -> None:
    """The officer opens the round for bids, from its opening minute on."""
    the_round = round_at(slug)
    open_bids(the_round.id, by=town.actor("officer"), clash_reason=CLASH if clashes_of(the_round) else "")


def appoint_holders(town: Town, slug: str) -> None:
    """Three people are appointed to hold the key; each chooses a passphrase and tests it."""
    the_round = round_at(slug)
    round_id = the_round.id
    for key, words in PASSPHRASES.items():
        appoint_key_holder(round_id, town.accounts[key], by=town.actor("officer"))
        choose_passphrase(round_id, words, by=town.actor(key))
        rehearse_passphrase(round_id, words, by=town.actor(key))


def lock(town: Town, slug: str) -> None:
    """The owner asks, the approver reads and locks."""
    round_id = round_at(slug).id
    sha256 = ask_lock(round_id, by=town.actor("officer"))
    lock_ballot(round_id, sha256=sha256, by=town.actor("approver"))


def rehearse(town: Town, slug: str) -> None:
    """Each pair of key holders opens the test ballot; in simple mode the owner tests the key on the server."""
    the_round = round_at(slug)
    if the_round.key_mode == KeyMode.SIMPLE:
        rehearse_opening(the_round.id, by=town.actor("officer"))
        return
    holders = [(town.accounts[key], words) for key, words in PASSPHRASES.items()]
    for pair in combinations(holders, 2):
        rehearse_opening(the_round.id, by=town.actor("count"), passphrases=pair)
