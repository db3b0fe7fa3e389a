"""What a bid must hold: its sections, its limits, its declarations, and what still stops it from being sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from pb.core.errors import Fault
from pb.core.money import LARGEST, format_money
from pb.core.words import N_

TITLE_LIMIT = 60
SUMMARY_LIMIT = 140
WORD_LIMIT = 200
LONG_TEXT = 6000
ITEM_LIMIT = 120
MOST_COST_LINES = 30
#: Fields that may hold several lines.
LONG_FIELDS = frozenset({"what", "why", "who", "outcome", "interests"})
MOST_PEOPLE = 10_000_000


BANK_ACCOUNTS = {
    "two_signatories": N_("Yes, and two people who are not related must agree each payment"),
    "other": N_("Yes, but one person can pay alone, or the two are related"),
    "none": N_("No, or not yet"),
}
GOVERNING_DOCUMENTS = {
    "adopted": N_("Yes, the group has agreed it"),
    "draft": N_("It is written, but not agreed yet"),
    "none": N_("No"),
}

DECLARATIONS = {
    "true": N_("What this bid says is true, as far as we know."),
    "no_party": N_("The money will not support a political party or a campaign for one."),
    "no_religion": N_("The money will not be used to promote a religion."),
    "no_profit": N_("Nobody will make a private profit from it."),
    "law": N_("We will follow the law, and keep children and adults at risk safe."),
    "conditions": N_("If we win, we accept the conditions, the publicity and the reports that come with the money."),
    "recommendation": N_("We accept that the vote is a recommendation where somebody else decides."),
    "data": N_("We have read how our personal data is used."),
    "authority": N_("The group has agreed to this bid, and I may send it on its behalf."),
}


@dataclass(frozen=True)
class BidFacts:
    """Everything about a bid that rules look at: what the group wrote, and what its round and pot allow.

    Money is in minor units of `currency`; `cost_lines` are the amounts alone. `same_group` counts other bids of
    what looks like the same group in the round. None means that nothing was written.
    """

    title: str = ""
    summary: str = ""
    what: str = ""
    why: str = ""
    who: str = ""
    outcome: str = ""
    people: int | None = None
    where: str = ""
    themes: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    pot_id: int | None = None
    total_cost: int | None = None
    cost_lines: tuple[int, ...] = ()
    asked: int | None = None
    workable_minimum: int | None = None
    other_funding: int | None = None
    own_money: int | None = None
    nothing_started: bool | None = None
    bank_account: str = ""
    governing_document: str = ""
    has_interest: bool | None = None
    interests: str = ""
    declarations: tuple[str, ...] = ()
    declared_name: str = ""
    declared_role: str = ""

    kind: str = ""
    address: str = ""
    postcode: str = ""
    active_in: str = ""

    currency: str = "GBP"
    least_grant: int | None = None
    most_grant: int | None = None
    pot_least: int | None = None
    pot_most: int | None = None
    pot_amount: int | None = None
    round_themes: tuple[str, ...] = ()
    decided_on: date | None = None
    same_group: int = 0

    def money(self, minor: int | None) -> str:
        """An amount as people write it."""
        return format_money(minor or 0, self.currency)


@dataclass(frozen=True)
class Section:
    """One page of the bid form: its title, the heading it stands under in the list, the fields it asks."""

    title: str
    heading: str
    fields: tuple[str, ...]


_GROUP, _PROJECT, _MONEY, _SEND = N_("Your group"), N_("Your project"), N_("The money"), N_("Before you send it")

#: The sections in the order in which they are written; the key stands in the address of the page.
SECTIONS: dict[str, Section] = {
    "group": Section(N_("About your group"), _GROUP, ("kind", "address", "postcode", "active_in")),
    "papers": Section(N_("Bank account and rules"), _GROUP, ("bank_account", "governing_document")),
    "title": Section(N_("Title and summary"), _PROJECT, ("title", "summary")),
    "plan": Section(N_("What you will do, and why"), _PROJECT, ("what", "why")),
    "people": Section(N_("Who it is for"), _PROJECT, ("who", "people", "outcome")),
    "place-and-dates": Section(N_("Where and when"), _PROJECT, ("where", "themes", "starts_on", "ends_on")),
    "pot": Section(N_("Which pot you are bidding for"), _MONEY, ("pot_id",)),
    "costs": Section(N_("What it costs"), _MONEY, ("total_cost", "cost_lines")),
    "amount": Section(N_("How much you are asking for"), _MONEY, ("asked", "workable_minimum")),
    "other-money": Section(N_("Other money"), _MONEY, ("other_funding", "own_money", "nothing_started")),
    "interests": Section(N_("Councillors and council officers"), _SEND, ("has_interest", "interests")),
    "declarations": Section(N_("Declarations"), _SEND, ("declarations", "declared_name", "declared_role")),
}
SECTION_OF: dict[str, str] = {name: key for key, section in SECTIONS.items() for name in section.fields}

MISSING: dict[str, str] = {
    "kind": N_("Say what kind of group you are."),
    "address": N_("Write the group's address."),
    "postcode": N_("Write the group's postcode."),
    "active_in": N_("Say where the group is active."),
    "bank_account": N_("Answer the question about the bank account."),
    "governing_document": N_("Answer the question about the group's rules."),
    "title": N_("Write a title."),
    "summary": N_("Write a summary of one sentence."),
    "what": N_("Say what you will do."),
    "why": N_("Say why it is needed."),
    "who": N_("Say who will benefit."),
    "people": N_("Say about how many people will benefit."),
    "outcome": N_("Say how you will know that it worked."),
    "where": N_("Say where it will happen."),
    "themes": N_("Choose at least one theme."),
    "starts_on": N_("Say when it starts."),
    "ends_on": N_("Say when it ends."),
    "pot_id": N_("Choose a pot."),
    "total_cost": N_("Write the total cost."),
    "cost_lines": N_("List what the money pays for."),
    "asked": N_("Write how much you are asking for."),
    "workable_minimum": N_("Write the smallest amount that you could start with."),
    "other_funding": N_("Write how much comes from other funders, or 0."),
    "own_money": N_("Write how much the group itself pays, or 0."),
    "nothing_started": N_("Say whether anything has been bought or started."),
    "has_interest": N_("Answer the question about councillors and council officers."),
    "interests": N_("Say who it is, and how they are linked to the group."),
    "declarations": N_("Agree to every declaration."),
    "declared_name": N_("Write your name."),
    "declared_role": N_("Write your role in the group."),
}


def count_words(text: str) -> int:
    """How many words a text has, as a word processor counts them."""
    return len(text.split())


def faults_in(facts: BidFacts, only: Iterable[str] | None = None) -> list[Fault]:
    """What is wrong with what was written, whatever is still missing; of the fields `only`, where given.

    Codes: `too_long`, `too_many_words`, `people_out_of_range`, `ends_before_start`, `amount_not_positive`,
    `amount_negative`, `amount_too_large`, `too_many_lines`, `below_least`, `above_most`, `asked_above_total`,
    `workable_above_asked`, `workable_below_least`, `theme_unknown`.
    """
    wanted = set(only) if only is not None else None
    faults = [fault for rule in _RULES for fault in rule(facts)]
    return [fault for fault in faults if wanted is None or fault.field in wanted]


def gaps_in(facts: BidFacts) -> list[Fault]:
    """What is still missing before the bid can be sent: code `missing`, and `costs_do_not_add_up`."""
    gaps = [Fault("missing", MISSING[name], field=name) for name in SECTION_OF if _is_missing(facts, name)]
    total = sum(facts.cost_lines)
    if facts.cost_lines and facts.total_cost is not None and total != facts.total_cost:
        gaps.append(
            Fault(
                "costs_do_not_add_up",
                N_("The lines add up to %(lines)s, but the total cost says %(total)s."),
                {"lines": facts.money(total), "total": facts.money(facts.total_cost)},
                "cost_lines",
            )
        )
    return gaps


def section_state(facts: BidFacts, key: str) -> str:
    """Where a section stands: `done`, `begun`, `empty`, or `wrong` where something in it must be put right."""
    asked = [name for name in SECTIONS[key].fields if _is_asked(facts, name)]
    if any(fault.field in asked for fault in faults_in(facts)):
        return "wrong"
    gaps = {gap.field for gap in gaps_in(facts)}
    if not gaps & set(asked):
        return "done"
    written = any(getattr(facts, name) not in ("", None, ()) for name in asked)
    return "begun" if written else "empty"


def _is_asked(facts: BidFacts, name: str) -> bool:
    """Some questions are asked of some bids only."""
    if name == "themes":
        return bool(facts.round_themes)
    if name == "interests":
        return facts.has_interest is True
    return True


def _is_missing(facts: BidFacts, name: str) -> bool:
    if not _is_asked(facts, name):
        return False
    if name == "declarations":
        return not set(DECLARATIONS) <= set(facts.declarations)
    value = getattr(facts, name)
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _lengths(facts: BidFacts) -> Iterable[Fault]:
    limits = {"title": TITLE_LIMIT, "summary": SUMMARY_LIMIT, "where": 200, "declared_name": 120, "declared_role": 80}
    limits |= dict.fromkeys(LONG_FIELDS, LONG_TEXT)
    for name, limit in limits.items():
        over = len(getattr(facts, name)) - limit
        if over > 0:
            sentence = N_("This is %(over)s characters too long: the most is %(limit)s.")
            yield Fault("too_long", sentence, {"over": over, "limit": limit}, name)


def _words(facts: BidFacts) -> Iterable[Fault]:
    over = count_words(facts.what) - WORD_LIMIT
    if over > 0:
        sentence = N_("This is %(over)s words too long: the most is %(limit)s.")
        yield Fault("too_many_words", sentence, {"over": over, "limit": WORD_LIMIT}, "what")


def _numbers(facts: BidFacts) -> Iterable[Fault]:
    if facts.people is not None and not 1 <= facts.people <= MOST_PEOPLE:
        yield Fault("people_out_of_range", N_("Write a number of people from 1 to 10,000,000."), field="people")
    if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
        yield Fault("ends_before_start", N_("It cannot end before it starts."), field="ends_on")
    stray = set(facts.themes) - set(facts.round_themes)
    if stray:
        yield Fault("theme_unknown", N_("Choose from the themes of this round."), field="themes")


def _amounts(facts: BidFacts) -> Iterable[Fault]:
    for name in ("total_cost", "asked", "workable_minimum"):
        amount = getattr(facts, name)
        if amount is not None and amount <= 0:
            yield Fault("amount_not_positive", N_("Write an amount of more than £0."), field=name)
    for name in ("other_funding", "own_money"):
        if (getattr(facts, name) or 0) < 0:
            yield Fault("amount_negative", N_("Write 0 or more."), field=name)
    for name in ("total_cost", "asked", "workable_minimum", "other_funding", "own_money"):
        if (getattr(facts, name) or 0) > LARGEST:
            sentence, most = N_("That is more than %(most)s. Check the amount."), facts.money(LARGEST)
            yield Fault("amount_too_large", sentence, {"most": most}, name)


def _lines(facts: BidFacts) -> Iterable[Fault]:
    if len(facts.cost_lines) > MOST_COST_LINES:
        sentence = N_("Put small things together: the most is %(most)s lines.")
        yield Fault("too_many_lines", sentence, {"most": MOST_COST_LINES}, "cost_lines")
    if any(amount <= 0 for amount in facts.cost_lines):
        yield Fault("amount_not_positive", N_("Each line needs an amount of more than £0."), field="cost_lines")


def _range(facts: BidFacts) -> Iterable[Fault]:
    """What the round and the pot's size band allow (rules.md section 2, rule 2)."""
    if facts.asked is None or facts.asked <= 0:
        return
    least = max(facts.least_grant or 0, facts.pot_least or 0)
    limits = (facts.most_grant, facts.pot_most, facts.pot_amount)
    most = min((each for each in limits if each is not None), default=None)
    if facts.asked < least:
        sentence = N_("Ask for at least %(least)s: this pot gives no smaller grants.")
        yield Fault("below_least", sentence, {"least": facts.money(least)}, "asked")
    if most is not None and facts.asked > most:
        sentence = N_("Ask for %(most)s or less: this pot gives no larger grants.")
        yield Fault("above_most", sentence, {"most": facts.money(most)}, "asked")
    if facts.total_cost is not None and facts.asked > facts.total_cost:
        sentence = N_("You are asking for more than the total cost of %(total)s.")
        yield Fault("asked_above_total", sentence, {"total": facts.money(facts.total_cost)}, "asked")


def _workable(facts: BidFacts) -> Iterable[Fault]:
    """Rules.md section 2, rule 6."""
    least = facts.workable_minimum
    if least is None or least <= 0:
        return
    if facts.asked is not None and least > facts.asked:
        sentence = N_("This cannot be more than the %(asked)s that you are asking for.")
        yield Fault("workable_above_asked", sentence, {"asked": facts.money(facts.asked)}, "workable_minimum")
    if facts.least_grant is not None and least < facts.least_grant:
        sentence = N_("This cannot be less than %(least)s, the smallest grant of this round.")
        yield Fault("workable_below_least", sentence, {"least": facts.money(facts.least_grant)}, "workable_minimum")


_RULES: tuple[Callable[[BidFacts], Iterable[Fault]], ...] = (
    _lengths,
    _words,
    _numbers,
    _amounts,
    _lines,
    _range,
    _workable,
)
