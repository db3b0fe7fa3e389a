"""What a voter's form carries from page to page, sealed: the server keeps nothing, and no address holds any of it."""

from __future__ import annotations

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag

from pb.core.eligibility import Declaration
from pb.core.errors import Refusal
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.words import N_
from pb.extensions import present
from pb.services.casting import ASSISTED, Marked, nonce_for
from pb.services.rights import Claim, Right
from pb.services.sealed_fields import open_field, seal_field

#: Long enough for a walk to the stall and back, short enough that a form left open tells nobody anything.
LIFETIME = timedelta(hours=6)


@dataclass(frozen=True)
class Carried:
    """A voter's claim and, once marked, their choices; `nonce` is of the form that was opened at `formed_at`.

    `assisted`: a steward or officer helps this voter.
    """

    round_id: int
    version: int
    nonce: str
    formed_at: datetime
    claim: Claim
    browser_part: str = ""
    sections: Mapping[str, Any] = field(default_factory=dict)
    assisted: bool = False

    def marked(self) -> Marked:
        """The paper as the box takes it."""
        nonce = nonce_for(self.nonce, self.sections)
        channel = ASSISTED if self.assisted else "online"
        return Marked(self.round_id, self.version, self.sections, nonce, self.browser_part, self.formed_at, channel)


def carry(round_id: int, version: int, claim: Claim, right: Right | None = None, *, assisted: bool = False) -> Carried:
    """What a voter's form carries from here on: of one whose right was found good, or whose contact is to be proven."""
    held = replace(claim, area_id=right.area_id, replaces=right.replaces) if right else claim
    nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
    return Carried(round_id, version, nonce, present.now(), held, assisted=assisted)


def seal_carried(carried: Carried) -> str:
    """The hidden field: sealed under a key of the server's, bound to the round."""
    claim = carried.claim
    content = {
        "version": carried.version,
        "nonce": carried.nonce,
        "formed_at": carried.formed_at.isoformat(),
        "browser_part": carried.browser_part,
        "sections": dict(carried.sections),
        "code": claim.code,
        "area": claim.area_id,
        "replaces": claim.replaces.hex(),
        "declaration": asdict(claim.declaration) if claim.declaration else None,
        "contact": claim.contact,
        "proven": claim.proven,
        "assisted": carried.assisted,
    }
    return urlsafe_b64encode(seal_field(_purpose(carried.round_id), content)).decode()


def open_carried(round_id: int, text: str) -> Carried:
    """What `seal_carried` sealed for this round. Raises Refusal `form_out_of_date`, 422, for anything else or older."""
    try:
        content = open_field(_purpose(round_id), urlsafe_b64decode(text))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise _out_of_date() from error
    formed_at = datetime.fromisoformat(content["formed_at"])
    if present.now() - formed_at > LIFETIME:
        raise _out_of_date()
    declaration = Declaration(**content["declaration"]) if content["declaration"] else None
    replaces = bytes.fromhex(content["replaces"])
    claim = Claim(content["code"], declaration, content["area"], replaces, content["contact"], content["proven"])
    return Carried(
        round_id,
        content["version"],
        content["nonce"],
        formed_at,
        claim,
        content["browser_part"],
        content["sections"],
        content["assisted"],
    )


def _purpose(round_id: int) -> str:
    return f"voting:{round_id}"


def _out_of_date() -> Refusal:
    sentence = N_("This page was open for too long. Nothing was recorded. Please start again.")
    return Refusal("form_out_of_date", sentence, status=422)
