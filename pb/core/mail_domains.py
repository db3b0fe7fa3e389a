"""Mail domains: whoever owns one has as many mailboxes as they like, and one person could be many voters.

A domain is what is sold under one name, with everything below it: example.org.uk, whichever host stands before it.
The large public mail services are left out, since half a town is with each of them and they ask themselves who opens
a mailbox; the mailboxes that anybody may open are refused long before (`pb.core.contacts`). Neither list is a proof:
whoever has a box at many services is found by name, postcode and year of birth alone.
"""

from __future__ import annotations

from pb.core.canonical import keyed

#: Services with which residents have mailboxes by the thousand.
_PUBLIC = """
163.com abv.bg aol.co.uk aol.com blueyonder.co.uk bt.com btinternet.com btopenworld.com cloud.com duck.com ee.co.uk
fastmail.com freeserve.co.uk gmail.com gmx.co.uk gmx.com gmx.de gmx.net hey.com hotmail.co.uk hotmail.com hotmail.de
hotmail.es hotmail.fr hotmail.it icloud.com interia.pl libero.it lineone.net live.co.uk live.com live.ie mail.com
mail.ru mailbox.org msn.com ntlworld.com o2.co.uk o2.pl onet.pl orange.fr orange.net outlook.com outlook.de
outlook.es outlook.fr outlook.ie plus.com plus.net posteo.de proton.me qq.com rediffmail.com rocketmail.com
seznam.cz sky.com supanet.com talk21.com talktalk.co.uk talktalk.net tesco.net tiscali.co.uk tuta.com tutanota.com
uwclub.net virgin.net virginmedia.com web.de wp.pl yahoo.co.in yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr
yahoo.ie yahoo.in yahoo.it yandex.com yandex.ru ymail.com zen.co.uk zoho.com
"""
PUBLIC = frozenset(_PUBLIC.split())
#: What stands before a country's two letters where names are sold one step further down.
_SHARED = frozenset(
    (
        "ac",
        "co",
        "com",
        "edu",
        "gov",
        "govt",
        "ltd",
        "me",
        "mod",
        "net",
        "nhs",
        "nom",
        "or",
        "org",
        "plc",
        "police",
        "sch",
    )
)


def domain_of(email: str) -> str:
    """The domain under which an e-mail address, as `normalise_email` gives it, was opened; "" for a public service.

    >>> domain_of("ann@mail.ward7.org.uk")
    'ward7.org.uk'
    """
    parts = email.rpartition("@")[2].split(".")
    steps = 3 if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SHARED else 2
    domain = ".".join(parts[-steps:])
    return "" if domain in PUBLIC else domain


def domain_tag(k_dedupe: bytes, round_id: int | str, domain: str) -> bytes:
    """The tag of one mail domain in one round: HMAC-SHA256(K_dedupe, mail-domain|round|domain), 32 bytes."""
    return keyed(k_dedupe, "mail-domain", round_id, domain)
