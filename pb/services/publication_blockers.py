"""What still stops the result of a round from being released, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from pb.core.blockers import Blocker
from pb.core.errors import Refusal
from pb.core.money import format_money
from pb.core.states import RoundState
from pb.core.words import N_
from pb.models.rounds import Round
from pb.services.decision_desk import DECIDING, PUBLISHED, PotDesk, desk_of
from pb.services.round_blockers import blockers


def release_blockers(the_round: Round) -> list[Blocker]:
    """Everything that still stops the release, or a correction of it; empty when it may go ahead."""
    if the_round.state not in (*DECIDING, *PUBLISHED):
        return [Blocker("not_deciding", N_("The result is released once the count is certified and decided on."))]
    try:
        pots = desk_of(the_round)
    except Refusal as refusal:
        return [Blocker(refusal.code, refusal.fault.message, refusal.fault.params)]
    own = [blocker for pot in pots for blocker in _pot(the_round, pot)]
    return [*blockers(the_round, RoundState.PUBLISHED), *own]


def _pot(the_round: Round, pot: PotDesk) -> Iterator[Blocker]:
    yield from _waiting(pot)
    unpublished = [each for each in pot.projects if each.decision and each.decision.published_at is None]
    for desk in unpublished:
        sentence = N_("The decision on “%(project)s” is taken but not published by its member.")
        yield Blocker("decision_unpublished", sentence, {"project": desk.project.title})
    if pot.money.left < 0:
        sentence = N_("The pot “%(pot)s” would be overspent by %(over)s.")
        over = format_money(-pot.money.left, the_round.currency)
        yield Blocker("over_pot", sentence, {"pot": pot.pot.name, "over": over})


def _waiting(pot: PotDesk) -> Iterator[Blocker]:
    for desk in pot.projects:
        if not desk.waits:
            continue
        named = {"project": desk.project.title}
        if desk.in_line:
            sentence = N_("Money was released and reaches “%(project)s”, which is not decided yet.")
            yield Blocker("next_in_line_undecided", sentence, named)
        elif desk.referred:
            sentence = N_("“%(project)s” is referred to the cabinet and not decided yet.")
            yield Blocker("referred_undecided", sentence, named)
        else:
            sentence = N_("“%(project)s” is recommended and not decided yet.")
            yield Blocker("undecided", sentence, named)
