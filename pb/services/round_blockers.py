"""What still stops a round from going on, arrow by arrow, in the words that its officer reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pb.core.blockers import Blocked, Blocker
from pb.core.calendar import calendar_faults
from pb.core.money import format_money
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.assessments import passed
from pb.services.pots import difference
from pb.services.round_ballots import ballot_faults
from pb.services.round_dates import dates_of

S = RoundState
Finder = Callable[[Round], Iterator[Blocker]]

SECTION_PAGE = "officers_sections.section"
ASSESSMENT_PAGE = "officers_assessments.overview"


def blockers(the_round: Round, to: RoundState) -> list[Blocker]:
    """Everything that stops the arrow from where the round stands to `to`; empty when it may go."""
    return [blocker for finder in BLOCKERS.get(to, []) for blocker in finder(the_round)]


def refuse_blocked(the_round: Round, to: RoundState) -> None:
    """Raise Blocked, 409, unless nothing stops the arrow to `to`."""
    found = blockers(the_round, to)
    if found:
        raise Blocked(found)


def section_blocker(the_round: Round, code: str, message: str, section: str, **params: object) -> Blocker:
    """A blocker that is mended on the page of one set-up section."""
    return Blocker(code, message, params, SECTION_PAGE, {"slug": the_round.slug, "section": section})


def _assessed(the_round: Round) -> Iterator[Blocker]:
    if not passed(the_round.assessment):
        sentence = N_("The early assessment is not passed yet.")
        yield Blocker("not_assessed", sentence, {}, ASSESSMENT_PAGE, {"slug": the_round.slug})


_WORDS = (
    ("summary", "about", N_("Nothing says in one sentence what the round is about.")),
    ("purpose", "purpose", N_("Nothing says why the round takes place.")),
    ("decision_informed", "purpose", N_("Nothing says which decision the round informs.")),
    ("result_use", "purpose", N_("Nothing says how the result will be used.")),
    ("promise_up", "promise", N_("The promise does not say what is up for decision.")),
    ("promise_not", "promise", N_("The promise does not say what is not up for decision.")),
    ("promise_last_word", "promise", N_("The promise does not say who has the last word.")),
)


def _words(the_round: Round) -> Iterator[Blocker]:
    for name, section, sentence in _WORDS:
        if not getattr(the_round, name):
            yield section_blocker(the_round, f"{name}_missing", sentence, section)


def _money(the_round: Round) -> Iterator[Blocker]:
    if the_round.total <= 0:
        yield section_blocker(the_round, "total_missing", N_("Nothing says how much money there is."), "money")
    if not the_round.pots:
        yield section_blocker(the_round, "pots_missing", N_("The money is not in any pot yet."), "pots")
        return
    out = difference(the_round)
    if out:
        money = format_money(abs(out), the_round.currency)
        sentence = (
            N_("The pots come to %(money)s more than the round has.")
            if out > 0
            else N_("The pots come to %(money)s less than the round has.")
        )
        yield section_blocker(the_round, "pots_do_not_add_up", sentence, "pots", money=money)


def _areas(the_round: Round) -> Iterator[Blocker]:
    if not the_round.areas:
        yield section_blocker(the_round, "areas_missing", N_("No area is chosen."), "areas")


def _dates(the_round: Round) -> Iterator[Blocker]:
    for fault in calendar_faults(dates_of(the_round)):
        yield section_blocker(the_round, fault.code, fault.message, "dates", **fault.params)


def _bids_can_open(the_round: Round) -> Iterator[Blocker]:
    closes = the_round.bids_close_at
    if closes is not None and closes <= present.now():
        yield section_blocker(the_round, "bids_close_past", N_("Bids would close in the past."), "dates")


def _voters(the_round: Round) -> Iterator[Blocker]:
    if not the_round.links:
        yield section_blocker(the_round, "links_missing", N_("Nothing says who may vote."), "voters")


def _ballot(the_round: Round) -> Iterator[Blocker]:
    if not the_round.preset:
        yield section_blocker(
            the_round, "preset_missing", N_("Nothing says how people vote and how it is counted."), "ballot"
        )
        return
    for fault in ballot_faults(the_round):
        yield section_blocker(the_round, fault.code, fault.message, "ballot", **fault.params)


#: The state that an arrow leads to -> what may stop it. Other subjects add theirs with `add_blockers`.
BLOCKERS: dict[RoundState, list[Finder]] = {
    S.SETTING_UP: [_assessed],
    S.BIDDING: [_assessed, _words, _money, _areas, _dates, _bids_can_open, _voters, _ballot],
    S.LOCKED: [_words, _money, _areas, _dates, _voters, _ballot],
}
