"""Mail domains: whoever owns one has as many mailboxes as they like, and one person could be many voters.

A domain is what is sold under one name, with everything below it: example.org.uk, whichever host stands before it. The
large public mail services are left out, since half a town is with each of them and they ask who opens a mailbox; so is
the health service's own. Below such a service each name is a domain, for some give every customer a host. Mailboxes
that anybody may open are refused long before (`pb.core.contacts`). No list is a proof: whoever has a box at many
services is found by name, postcode and year of birth alone.
"""

from __future__ import annotations

from pb.core.canonical import keyed

#: Services with which residents have mailboxes by the hundred, and each of them one or a few.
_PUBLIC = """
163.com abv.bg aim.com aol.co.uk aol.com blueyonder.co.uk bt.com btconnect.com btinternet.com btopenworld.com ee.co.uk
eircom.net f2s.com fastmail.co.uk fastmail.com fastmail.fm free.fr fsmail.net gazeta.pl gmail.com gmx.at gmx.ch
gmx.co.uk gmx.com gmx.de gmx.net hey.com hotmail.be hotmail.ca hotmail.co.uk hotmail.com hotmail.de hotmail.es
hotmail.fr hotmail.gr hotmail.ie hotmail.it hushmail.com icloud.com inbox.lt inbox.lv interia.pl karoo.co.uk
laposte.net libero.it live.co.uk live.com live.fr live.ie live.it live.nl madasafish.com mail.com mail.ru mailbox.org
msn.com nhs.net ntlworld.com o2.co.uk o2.pl onet.pl onetel.com onetel.net op.pl orange.fr orange.net outlook.com
outlook.de outlook.es outlook.fr outlook.ie outlook.pt pipex.com plus.net poczta.onet.pl posteo.de proton.me
protonmail.ch qq.com rediffmail.com rocketmail.com seznam.cz sky.com t-online.de talk21.com talktalk.co.uk talktalk.net
tiscali.co.uk tuta.com tuta.io tutamail.com tutanota.com ukr.net virgin.net virginmedia.com vodafone.net vp.pl
waitrose.com wanadoo.co.uk wanadoo.fr web.de windowslive.com wp.pl ya.ru yahoo.ca yahoo.co.in yahoo.co.uk yahoo.com
yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.pl yahoo.ro yandex.com
yandex.ru ymail.com zen.co.uk zoho.com
"""
PUBLIC = frozenset(_PUBLIC.split())
#: Hosts below which each customer has a name of their own, as below a public service.
_OF_CUSTOMERS = frozenset(("demon.co.uk", "plus.com", "uk.com"))
#: Endings under which names are sold or given one step further down; an owner of any other ending has all below it.
_STEPS_DOWN = """
ac.uk co.uk gov.uk ltd.uk me.uk mod.uk net.uk nhs.uk org.uk plc.uk police.uk sch.uk gov.scot gov.wales llyw.cymru
com.au edu.au gov.au net.au org.au co.nz org.nz ac.nz co.za ac.za org.za co.in ac.in com.br com.hk com.ng com.pk
com.pl edu.pl com.tr
"""
_SHARED = frozenset(_STEPS_DOWN.split())


def domain_of(email: str) -> str:
    """The domain under which an e-mail address, as `normalise_email` gives it, was opened; "" for a public service.

    ann@mail.ward7.org.uk is of ward7.org.uk, ann@gmail.com of none.
    """
    return "" if _host(email) in PUBLIC else domain_name(email)


def domain_name(email: str) -> str:
    """The name under which the host of an e-mail address was sold or given, a public service's too."""
    parts = _host(email).split(".")
    steps = 3 if ".".join(parts[-2:]) in _SHARED else 2
    if ".".join(parts[-steps:]) in PUBLIC | _OF_CUSTOMERS:
        steps += 1
    return ".".join(parts[-steps:])


def _host(email: str) -> str:
    return email.rpartition("@")[2]


def domain_tag(k_dedupe: bytes, round_id: int | str, domain: str) -> bytes:
    """The tag of one mail domain in one round: HMAC-SHA256(K_dedupe, mail-domain|round|domain), 32 bytes."""
    return keyed(k_dedupe, "mail-domain", round_id, domain)
