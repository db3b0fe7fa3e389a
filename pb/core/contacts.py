"""Contacts: an e-mail address or a mobile number that a one-time code can be sent to, and the code itself.

Mailboxes that anybody may open under any name are refused (DISPOSABLE): with them one person could be many. The list
is short on purpose. It names the services that are met most, it is no proof, and a new one is a line here; what
really keeps a person to one ballot is their name, postcode and year of birth, whose tag is taken as well.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from pb.core.canonical import keyed
from pb.core.errors import Refusal
from pb.core.roll import normalise_contact
from pb.core.words import N_

FIGURES = 6

#: Mail services whose mailboxes need no sign-up or vanish within hours, with everything below them.
DISPOSABLE = frozenset(
    {
        "10minutemail.com",
        "33mail.com",
        "dispostable.com",
        "emailondeck.com",
        "fakeinbox.com",
        "getnada.com",
        "grr.la",
        "guerrillamail.com",
        "guerrillamail.info",
        "guerrillamail.net",
        "guerrillamail.org",
        "inboxkitten.com",
        "mail-temp.com",
        "mailcatch.com",
        "maildrop.cc",
        "mailinator.com",
        "mailnesia.com",
        "mailsac.com",
        "mintemail.com",
        "moakt.com",
        "mohmal.com",
        "mytemp.email",
        "sharklasers.com",
        "spam4.me",
        "spamgourmet.com",
        "temp-mail.io",
        "temp-mail.org",
        "tempail.com",
        "tempmail.dev",
        "tempr.email",
        "throwawaymail.com",
        "trash-mail.com",
        "trashmail.com",
        "yopmail.com",
        "yopmail.fr",
    }
)
#: UK mobile numbers; 070 (personal numbers) and 076 (pagers, but for the Isle of Man's 07624) take no texts.
_MOBILE = re.compile(r"\+447(?:[1-57-9][0-9]{8}|624[0-9]{6})")


class Way(StrEnum):
    """How a message reaches a contact."""

    EMAIL = "email"
    TEXT = "text"


@dataclass(frozen=True)
class Contact:
    """One contact: where messages go, and the form in which two contacts are compared."""

    way: Way
    address: str
    same: str


def read_contact(typed: str, *, texts: bool) -> Contact:
    """The contact that a person typed. `texts` says whether the council sends text messages.

    Raises the refusals of `normalise_contact`, and beside `contact`, 422: `email_disposable`, `phone_no_texts`,
    `texts_off`.
    """
    same = normalise_contact(typed)
    if "@" in same:
        _refuse_disposable(same)
        return Contact(Way.EMAIL, unicodedata.normalize("NFKC", typed).strip(), same)
    if not texts:
        raise _refused("texts_off", N_("Enter an e-mail address. We cannot send text messages in this vote."))
    if not _MOBILE.fullmatch(same):
        raise _refused("phone_no_texts", N_("Enter a UK mobile number, such as 07700 900 123, or an e-mail address."))
    return Contact(Way.TEXT, same, same)


def _refuse_disposable(email: str) -> None:
    parts = email.rpartition("@")[2].split(".")
    if any(".".join(parts[at:]) in DISPOSABLE for at in range(len(parts))):
        sentence = N_("Enter an e-mail address of your own. Mailboxes that anybody can open do not work here.")
        raise _refused("email_disposable", sentence)


def _refused(code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field="contact", status=422)


def one_time_code(key: bytes, round_id: int | str, contact: Contact, nonce: str) -> str:
    """The six figures for one form (`nonce`) and one contact, worked out again whenever they are needed.

    So that nothing is kept of somebody who has not voted: not the code, and not that one was asked for.
    """
    tag = keyed(key, "one-time", round_id, contact.same, nonce)
    return f"{int.from_bytes(tag[:8], 'big') % 10**FIGURES:0{FIGURES}}"


def read_one_time(typed: str) -> str:
    """The six figures that a person typed; spaces and dashes do not matter.

    Raises Refusal, 422, beside `one_time`: `one_time_missing`, `one_time_shape`.
    """
    found = re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", typed))
    if not found:
        raise Refusal("one_time_missing", N_("Enter the code that we sent you."), field="one_time", status=422)
    if not re.fullmatch(f"[0-9]{{{FIGURES}}}", found):
        raise Refusal("one_time_shape", N_("The code has six figures, such as 204 816."), field="one_time", status=422)
    return found
