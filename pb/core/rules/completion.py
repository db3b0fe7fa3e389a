"""What becomes of money that equal shares leaves in the pot, and how an outcome of it is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import numpy as np

from pb.core.allocation import Given, Line
from pb.core.election import Project
from pb.core.outcome import Award, Endowment, Outcome, Purchase, Reason
from pb.core.rules.add_one import Raised
from pb.core.rules.buying import Run
from pb.core.rules.electorate import Row
from pb.core.rules.greedy import Greedy, GreedyOptions
from pb.core.rules.loads import Loads, Supporters
from pb.core.rules.phragmen import Flow
from pb.core.rules.rule import Rule, Task, nobody_chose, not_ranked, outcome_of
from pb.core.rules.tiebreak import Evidence, open_tie
from pb.core.rules.turns import Turns, Undecided, shown
from pb.core.rules.walk import Walk
from pb.core.words import N_

#: Figures of an exact number that are written out.
MOST_FIGURES = 4000
DECIMALS = 40


def completed(task: Task, rule: Rule, raised: Raised, eligible: Sequence[Project], how: str) -> Outcome:
    """The outcome of a run, and of a completion (`utilitarian`, `phragmen`, `none`) with what it left in the pot.

    Raises Refusal `open_tie`.
    """
    turns = Turns(
        Line(task.instance, task.instance.budget, task.facts.responses, task.method.allocation.reserve_percent),
        task.method.ties,
        Evidence(task.totals, task.facts.lots),
    )
    bought = _place_winners(turns, raised.run)
    winners = {step.project for step in bought}
    behind = dict(_behind(raised.run, winners))
    others = [each for each in eligible if each.id not in winners]
    reached = [each for each in others if each.id in behind or how == "utilitarian"]
    nobodys = [each for each in others if each.id not in behind and how != "utilitarian"]
    walk = _COMPLETIONS[how](task, turns, raised.run, reached, behind)
    outcome = outcome_of(task, rule, walk, [not_ranked(each, task, nobody_chose()) for each in nobodys])
    endowment = Endowment(
        exact_text(raised.first), exact_text(raised.run.share), raised.runs, raised.ended, dict(sorted(behind.items()))
    )
    more = _completion_steps(task, outcome, winners)
    return replace(outcome, ties=(*raised.ties, *outcome.ties), steps=(*bought, *more), endowment=endowment)


def _place_winners(turns: Turns, run: Run) -> list[Purchase]:
    """Give the winners their places in the order in which they were bought, and tell how."""
    rows, left = run.market.electorate.rows, run.share * run.market.electorate.ballots
    paid = zip(run.balances.exact.paid, run.balances.exact.prices(), strict=True)
    steps: list[Purchase] = []
    for number in run.bought:
        row = rows[number]
        left -= row.project.cost
        if row.project.cost:
            each, price = next(paid)
            step = _step(row, price, each.in_full, each.gave_all, left)
            measure = shown(row.project.cost / price)
        else:
            step, measure = _step(row, Fraction(0), row.supporters, 0, left), str(int(row.total))
        steps.append(step)
        turns.place(row.project, turns.rank, measure, _bought(turns.line, row, step))
    return steps


def _step(row: Row, price: Fraction, in_full: int, gave_all: int, left: Fraction) -> Purchase:
    effective = row.project.cost / price if price else Fraction(int(row.total))
    return Purchase(
        row.project.id, "rule", row.project.cost, exact_text(price), exact_text(effective), row.supporters,
        in_full, gave_all, exact_text(left),
    )  # fmt: skip


def _bought(line: Line, row: Row, step: Purchase) -> Given:
    """In full, and why. A price in words is rounded up: nobody pays more than that."""
    if not row.project.cost:
        sentence = N_("Funded. It costs nothing, and somebody chose it.")
        return Given(Award.FULL, 0, line.reason("bought_for_nothing", sentence, row.project))
    sentence = N_(
        "Funded. %(payers)s of those who chose it paid its cost of %(cost)s together from their shares, none of them "
        "more than %(price)s."
    )
    if row.marks is not None and row.marks.max() > 1:
        sentence = N_(
            "Funded. %(payers)s of those who chose it paid its cost of %(cost)s together from their shares, none of "
            "them more than %(price)s for each vote or point."
        )
    price = -(-Fraction(step.price) // 1)
    payers = f"{(step.in_full or 0) + (step.gave_all or 0):,}"
    return Given(Award.FULL, row.project.cost, line.reason("bought", sentence, row.project, price=price, payers=payers))


def _behind(run: Run, winners: set[str]) -> Iterator[tuple[str, int]]:
    """What the supporters of each project that was not bought still hold together, whole minor units."""
    for row in run.market.electorate.rows:
        if row.project.id not in winners:
            yield row.project.id, run.balances.worth(row)


def _utilitarian(task: Task, turns: Turns, run: Run, others: list[Project], behind: dict[str, int]) -> Walk:
    """Most votes first, by the allocation of the method, with what is left in the pot."""
    del run
    walk = Walk(task.instance, task.method.allocation, turns.steps, turns.evidence, turns.line)
    before = len(turns.placed)
    walk.take(turns.placed)
    walk.run(Greedy().tiers(others, task))
    for at, placed in enumerate(walk.placed[before:], start=before):
        told = _told(placed.given.reason, behind.get(placed.project.id), task)
        walk.placed[at] = replace(placed, given=replace(placed.given, reason=told))
    return walk


def _phragmen(task: Task, turns: Turns, run: Run, others: list[Project], behind: dict[str, int]) -> Turns:
    """Money flows to all voters at the same rate, on top of what each has spent."""
    del behind
    try:
        supporters = {each: Supporters.of(each, task.index) for each in others}
        Flow(turns, supporters, spent_so_far(run)).run()
    except Undecided as tie:
        raise open_tie(tie.tied) from tie
    turns.purchases.clear()
    return turns


def _none(task: Task, turns: Turns, run: Run, others: list[Project], behind: dict[str, int]) -> Turns:
    """Nothing more is funded; the losers stand in the order of how much of their cost was there."""
    del task, run
    shut_out = {each.id for each in others if turns.rival(each)}
    turns.shut_out([each for each in others if each.id in shut_out], "")
    near = {each.id: Fraction(behind[each.id], each.cost or 1) for each in others}
    able = [each for each in others if each.id not in shut_out]
    able.sort(key=lambda each: near[each.id], reverse=True)  # equal ones stay in the order of the ballot
    for _, equal in groupby(able, key=lambda each: near[each.id]):
        rank = turns.rank
        for project in equal:
            turns.place(project, rank, "", _not_bought(turns.line, project, behind[project.id]))
    return turns


def _not_bought(line: Line, project: Project, had: int) -> Given:
    sentence = N_("Not funded. Those who chose it had %(had)s of its cost of %(cost)s left together.")
    return line.nothing("not_bought", sentence, project, had=had)


#: What the walk says of a project that it does not fund, said with what its supporters had.
_TOLD = {
    "does_not_fit": N_(
        "Not funded. Those who chose it had %(had)s of its cost of %(cost)s left together. Then %(left)s was left in "
        "the pot when its turn came."
    ),
    "too_little_left": N_(
        "Not funded. Those who chose it had %(had)s of its cost of %(cost)s left together. It needs at least "
        "%(minimum)s to go ahead, and %(left)s was left in the pot when its turn came."
    ),
    "stopped": N_(
        "Not funded. Those who chose it had %(had)s of its cost of %(cost)s left together. Then %(left)s was left in "
        "the pot when its turn came, so the money stops here."
    ),
    "after_stop": N_(
        "Not funded. Those who chose it had %(had)s left together, and the money of the pot stopped at “%(stopper)s”, "
        "which came higher and did not fit."
    ),
}


def _told(reason: Reason, had: int | None, task: Task) -> Reason:
    if had is None or reason.code not in _TOLD:
        return reason
    return Reason(reason.code, _TOLD[reason.code], {**reason.params, "had": task.instance.money(had)})


_COMPLETIONS: dict[str, Callable[[Task, Turns, Run, list[Project], dict[str, int]], Walk | Turns]] = {
    "utilitarian": _utilitarian,
    "phragmen": _phragmen,
    "none": _none,
}


def _completion_steps(task: Task, outcome: Outcome, winners: set[str]) -> Iterator[Purchase]:
    for each in outcome.projects:
        if each.amount and each.id not in winners:
            left = each.left - (each.amount - each.reserve)
            votes = task.totals[each.id].votes
            yield Purchase(each.id, "completion", each.amount, "", "", votes, 0, 0, str(left))


def compared(task: Task, rule: Rule, outcome: Outcome) -> Outcome:
    """The outcome, or that of most votes first if strictly more voters have more approved winners under that one.

    Raises Refusal `open_tie`.
    """
    plain = Greedy().count(replace(task, method=replace(task.method, rule=Greedy.key, options=GreedyOptions())))
    gain = _winners_of_each(task, plain) - _winners_of_each(task, outcome)
    sizes = task.index.sizes
    assert outcome.endowment is not None  # noqa: S101 - for the type checker
    if sizes[gain > 0].sum() <= sizes[gain < 0].sum():
        return replace(outcome, endowment=replace(outcome.endowment, compared="kept"))
    endowment = replace(outcome.endowment, compared="greedy", behind={})
    return replace(plain, rule=rule.key, version=rule.version, options=outcome.options, endowment=endowment)


def _winners_of_each(task: Task, outcome: Outcome) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many funded projects a ballot of each group supports."""
    found = np.zeros(len(task.index.sizes), dtype=np.int64)
    for each in outcome.projects:
        if each.award is not Award.NONE:
            groups, marks = task.index.row(each.id)
            found[np.unique(groups[marks > 0])] += 1
    return found


def spent_so_far(run: Run) -> Loads:
    """What a ballot of each group has spent, exactly."""
    amounts = [Fraction(0)]
    level = np.zeros(len(run.market.electorate.sizes), dtype=np.int64)
    prices = run.balances.exact.prices()
    for each, price in zip(run.balances.exact.paid, prices, strict=True):
        row = run.market.electorate.rows[each.number]
        marks = np.ones(len(row.groups), dtype=np.int64) if row.marks is None else row.marks.astype(np.int64)
        pairs, kinds = np.unique(np.stack([level[row.groups], marks]), axis=1, return_inverse=True)
        new = [min(run.share, amounts[at] + mark * price) for at, mark in pairs.T.tolist()]
        level[row.groups] = len(amounts) + kinds.ravel()
        amounts += new
    return Loads(amounts, level)


def exact_text(value: Fraction) -> str:
    """An exact number as text, "1234/7"; beyond thousands of figures cut off after forty decimals."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < MOST_FIGURES * 3:
        return str(value)
    whole, rest = divmod(value.numerator * 10**DECIMALS // value.denominator, 10**DECIMALS)
    return f"{whole}.{rest:0{DECIMALS}d}"
