"""Proving a contact: a one-time code goes to it, and whoever enters the code is believed.

Nothing is kept of somebody who has not voted. The code is worked out from the form and the contact, so that neither
is stored; the roll is not asked, so that the answer is the same whether the contact has voted or not.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from pb.core.contacts import Contact, Way, one_time_code, read_contact, read_one_time
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import present
from pb.services.failures import (
    WINDOW_MINUTES,
    Limit,
    failure_tag,
    failures_of,
    forget_failures,
    note_failures,
    take_back_failure,
    take_try,
)
from pb.services.outbox import queue_message, queue_text
from pb.services.rights import Claim
from pb.services.transactions import transaction
from pb.services.voting import VotingRound

log = structlog.get_logger()

LASTS = timedelta(minutes=10)
#: Wrong codes for one form, after which it wants a new code.
MOST_TRIES = 5
#: Codes for one contact that nobody entered, in an hour and in a day: nobody's mailbox is flooded, nor guessed at.
MOST_IN_AN_HOUR, HOUR = 5, 60
MOST_IN_A_DAY, DAY = 10, 24 * 60 - 1


def send_code(the_round: VotingRound, claim: Claim, nonce: str, *, address: str, language: str = "en_GB") -> Contact:
    """Send the one-time code of a form (`nonce`) to the contact of a claim that is good but for it.

    Counted as a failure of the contact and of the network `address` until the code is entered, so that only codes
    that nobody enters count. Raises the refusals of `read_contact`, and `too_many_tries`, 429. Side effects: the
    failures, one message in the outbox, and a warning in the log where this was the last for one address. No event:
    it would name somebody who has not voted.
    """
    contact = read_contact(claim.contact, texts=present.settings.sends_texts)
    to_contact, from_address = _tags(contact, address)
    limits = [Limit(to_contact, MOST_IN_AN_HOUR, HOUR), Limit(to_contact, MOST_IN_A_DAY, DAY)]
    limits.append(Limit(from_address, present.settings.code_failures))
    code = one_time_code(present.secrets.code_key, the_round.id, contact, nonce)
    minutes, shown = int(LASTS.total_seconds() // 60), f"{code[:3]} {code[3:]}"
    queue: Callable[..., None] = queue_message if contact.way == Way.EMAIL else queue_text
    with transaction():
        take_try(*limits)
        queue("one_time_code", contact.address, language=language, code=shown, title=the_round.title, minutes=minutes)
    if failures_of(from_address) == present.settings.code_failures:
        log.warning("many_one_time_codes_not_entered", minutes=WINDOW_MINUTES)
    return contact


def prove(the_round: VotingRound, claim: Claim, nonce: str, sent_at: datetime, typed: str, *, address: str) -> Claim:
    """The claim with its contact proven, for whoever typed the code that was sent for this form at `sent_at`.

    Raises the refusals of `read_contact` and `read_one_time`; beside `one_time` `one_time_wrong`, 422; and
    `one_time_late`, `one_time_tries`, 422, after which a new code is wanted. Wrong codes are counted for the form,
    with a warning in the log where one network address has many.
    """
    contact = read_contact(claim.contact, texts=present.settings.sends_texts)
    if present.now() - sent_at > LASTS:
        sentence = N_("This code was for ten minutes, and they are over. Ask for a new one.")
        raise Refusal("one_time_late", sentence, field="one_time", status=422)
    found = read_one_time(typed)
    this_form = failure_tag("one-time", nonce)
    _take_try_of(this_form)
    if not hmac.compare_digest(found, one_time_code(present.secrets.code_key, the_round.id, contact, nonce)):
        _note_wrong(address)
        sentence = N_("This is not the code that we sent. Look at the newest message and try again.")
        raise Refusal("one_time_wrong", sentence, field="one_time", status=422)
    _forgive(contact, address, this_form)
    return replace(claim, proven=True)


def _tags(contact: Contact, address: str) -> tuple[bytes, bytes]:
    return failure_tag("one-time-to", contact.same), failure_tag("one-time-from", address)


def _take_try_of(this_form: bytes) -> None:
    """Count the try before the code is looked at: five at one moment are five, and so are fifty."""
    try:
        take_try(Limit(this_form, MOST_TRIES))
    except Refusal:
        sentence = N_("There have been too many wrong codes. Ask for a new one.")
        raise Refusal("one_time_tries", sentence, field="one_time", status=422) from None


def _note_wrong(address: str) -> None:
    from_here = failure_tag("one-time-wrong", address)
    note_failures(from_here)
    if failures_of(from_here) == present.settings.code_failures:
        log.warning("many_wrong_one_time_codes", minutes=WINDOW_MINUTES)


def _forgive(contact: Contact, address: str, this_form: bytes) -> None:
    """A code that was entered was no failure."""
    to_contact, from_address = _tags(contact, address)
    with transaction():
        forget_failures(to_contact)
        take_back_failure(from_address)
        take_back_failure(this_form)
