"""The roll: when two declarations are one person, and tags that say so without saying who.

One person, for a round, is one normalised name, one postcode and one year of birth. Names are the same when they
differ only in

- case, accents and letters with strokes or ligatures (Zoë Łuk is Zoe Luk; Strauß is Strauss);
- letters of other alphabets that look like ours (a Cyrillic о in Smith-Jоnes), which no eye at a desk would find, and
  what looks alike in ours: an I for an l (BiII), a 1 or a 0 within a word (Examp1e, J0hn);
- spaces, hyphens, apostrophes and other marks (Anne-Marie O'Neil is Anne Marie O Neil), or marks that nobody sees;
- titles before and honours or generations behind (Dr, Cllr, Mrs; OBE, Jr), as long as two names are left;
- the order "Surname, First names" instead of "First names Surname";
- initials between the first and the last name (John P. Smith is John Smith).

A middle name in full counts, for brothers and cousins may share first and last names. Spelling and short forms count
too (Liz is not Elizabeth). Nobody is turned away on a tag: a second paper under the same tag is held, and a person
looks at it. An e-mail address is the same without its `+tag`, for Gmail without its dots, and at each domain of a
service that has one mailbox under several. A telephone number is the same however its country code is written.
"""

from __future__ import annotations

import re
import unicodedata

from pb.core.canonical import keyed
from pb.core.errors import Refusal
from pb.core.postcodes import read_postcode
from pb.core.words import N_

LONGEST_NAME = 120

_TITLE = re.compile("mr|mrs|ms|miss|mx|dr|prof|professor|rev|revd|reverend|sir|dame|lord|lady|cllr|councillor")
_HONOUR = re.compile("jr|jnr|junior|sr|snr|senior|esq|mbe|obe|cbe|kbe|dbe|phd|jp|ii|iii")
#: Letters whose strokes and ligatures Unicode does not take apart.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
#: Cyrillic, Greek, phonetic, Armenian and Coptic letters, small capitals, and Cherokee and Lisu capitals, as they are
#: in lower case, and the letters of ours that they pass for.
_LOOKS_LIKE = str.maketrans(
    "авекмнорстухгѕіјһԁԛԝӏ" "αβεζηικμνορτυχγω" "ɑɡȷıѵ" "օոսհցյ" "ⲁⲃⲉⲍⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭ"
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ" "ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ" "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ",
    "abekmhopctyxrsijhdqwl" "abezhikmvoptyxyw" "agjiv" "onuhgj" "abezhikmnopctyx"
    "abcdefghijklmnoprstuvwyz" "abcdeghijklmprstvwyz" "abcdefghijklmnoprstuvwxyz",
)  # fmt: skip
#: Figures that stand in a word for a letter; those that stand alone are no part of a name.
_FIGURES = re.compile(r"(?<=[^\W\d_])[01]+|[01]+(?=[^\W\d_])")
_AS_LETTERS = str.maketrans("01", "ol")
_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u02b0-\u02ff\u0640\ua78b\ua78c`]")
#: Marks and fillers that nobody sees, besides the format characters of Unicode: they would hide a second name.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_EMAIL = re.compile(r"[^\x00-\x20\x7f\s@|<>(),;:\\\"\[\]]+@(?:\w(?:[\w-]*\w)?\.)+[\w-]{2,}")
_LONGEST_EMAIL = 254
#: Domains at which one mailbox answers to the same name, and the one that stands for them.
_SAME_MAILBOX = {
    "googlemail.com": "gmail.com",
    "mac.com": "icloud.com",
    "me.com": "icloud.com",
    "pm.me": "proton.me",
    "protonmail.com": "proton.me",
}
_UK_NUMBER = re.compile(r"\+44(?:[18][0-9]{8,9}|[2-79][0-9]{9})")
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")


def normalise_name(name: str) -> str:
    """The letters by which a name is compared; the module says which names are the same.

    Raises Refusal, 422, beside `name`: `name_missing` when there is no letter, `name_too_long`.
    """
    if len(name) > LONGEST_NAME:
        raise Refusal(
            "name_too_long",
            N_("Enter a name of at most %(most)s characters."),
            field="name",
            status=422,
            most=LONGEST_NAME,
        )
    before, _, after = _plain(name).partition(",")
    first_names = [word for word in _words(after) if not _HONOUR.fullmatch(word)]
    words = _without_initials(_without_titles(first_names + _words(before)))
    if not words:
        raise Refusal("name_missing", N_("Enter your name."), field="name", status=422)
    return "".join(words).replace("i", "l")


def dedupe_tag(k_dedupe: bytes, round_id: int | str, name: str, postcode: str, year: int) -> bytes:
    """The tag of one person in one round: HMAC-SHA256(K_dedupe, person|round|name|postcode|year), 32 bytes.

    Raises the refusals of `normalise_name` and `read_postcode`.
    """
    parts = (normalise_name(name), read_postcode(postcode).replace(" ", ""), year)
    return keyed(k_dedupe, "person", round_id, *parts)


def contact_tag(k_dedupe: bytes, round_id: int | str, contact: str) -> bytes:
    """The tag of one e-mail address or telephone number in one round, 32 bytes.

    Raises the refusals of `normalise_contact`.
    """
    return keyed(k_dedupe, "contact", round_id, normalise_contact(contact))


def normalise_contact(contact: str) -> str:
    """An e-mail address or telephone number in the one form that is compared.

    Raises Refusal, 422, beside `contact`: `contact_missing`, `email_shape`, `phone_shape`.
    """
    tidy = unicodedata.normalize("NFKC", contact).strip()
    if not tidy:
        raise Refusal(
            "contact_missing", N_("Enter an e-mail address or a telephone number."), field="contact", status=422
        )
    return normalise_email(tidy) if "@" in tidy else normalise_phone(tidy)


def normalise_email(email: str) -> str:
    """An e-mail address in lower case without its `+tag`, its domain as the network writes it; Gmail's without dots.

    It is for comparing: write to the address as it was typed. Raises Refusal `email_shape`, 422.
    """
    tidy = _without_unseen(unicodedata.normalize("NFKC", email)).strip().lower()
    box, _, domain = tidy.rpartition("@")
    box, domain = box.partition("+")[0], _as_network(domain)
    domain = _SAME_MAILBOX.get(domain, domain)
    if domain == "gmail.com":
        box = box.replace(".", "")
    if len(tidy) > _LONGEST_EMAIL or not _EMAIL.fullmatch(f"{box}@{domain}"):
        raise Refusal(
            "email_shape",
            N_("Enter an e-mail address in the usual form, such as name@example.com."),
            field="contact",
            status=422,
        )
    return f"{box}@{domain}"


def same_mailbox(one: str, other: str) -> bool:
    """Whether two e-mail addresses are certain to lead to one mailbox; of one in an odd form nothing is certain."""
    try:
        return normalise_email(one) == normalise_email(other)
    except Refusal:
        return one == other


def _as_network(domain: str) -> str:
    """A domain in the letters that the network knows (café.example is xn--caf-dma.example); empty for none."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""


def normalise_phone(phone: str) -> str:
    """A telephone number as `+447700900123`; a number without a country code is a UK one.

    Raises Refusal `phone_shape`, 422.
    """
    figures = re.sub(r"[\s().\-\u2010-\u2015/]", "", unicodedata.normalize("NFKC", phone))
    number = re.sub("^(?:0044|44(?=[1-9][0-9]{8,9}$)|0(?!0))", "+44", figures)
    number = re.sub("^00", "+", number)
    number = re.sub(r"^\+440", "+44", number)
    shape = _UK_NUMBER if number.startswith("+44") else _NUMBER
    if not shape.fullmatch(number):
        raise Refusal(
            "phone_shape",
            N_("Enter a telephone number, such as 07700 900 123, or +44 7700 900 123."),
            field="contact",
            status=422,
        )
    return number


def _plain(name: str) -> str:
    """Lower case without accents. Vowel signs of Indic scripts stay: they are letters there, not accents."""
    lower = unicodedata.normalize("NFKC", name).casefold().translate(_PLAIN)
    apart = unicodedata.normalize("NFKD", lower)
    bare = "".join(each for each in apart if not unicodedata.combining(each)).translate(_LOOKS_LIKE)
    return _FIGURES.sub(lambda found: found[0].translate(_AS_LETTERS), bare)


def _words(plain: str) -> list[str]:
    joined = _APOSTROPHES.sub("", _without_unseen(plain))
    kept = "".join(each if unicodedata.category(each)[0] in "LM" else " " for each in joined)
    return kept.split()


def _without_unseen(text: str) -> str:
    return "".join(
        each for each in _UNSEEN.sub("", text) if unicodedata.category(each) not in ("Cf", "Cc") or each.isspace()
    )


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 2 and _TITLE.fullmatch(words[0]):
        words = words[1:]
    while len(words) > 2 and _HONOUR.fullmatch(words[-1]):
        words = words[:-1]
    return words


def _without_initials(words: list[str]) -> list[str]:
    """Single letters between the first and last name go, but for O, which is part of the surname after it."""
    middle = [word for word in words[1:-1] if len(word) > 1 or word == "o" or not word.isascii()]
    return words[:1] + middle + words[1:][-1:]
