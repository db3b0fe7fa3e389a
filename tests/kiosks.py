"""A kiosk without a browser: a device with a key of its own that seals, signs and sends as the page does."""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pb.core.canonical import canonical, joined
from pb.core.codes import symbols, with_check
from pb.core.eligibility import Declaration
from pb.core.kiosks import CLAIM_FORMAT, CLAIM_SIZE, ENROL_FORMAT, Item, Upload
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.sealing import PaperContent, pack, seal, seal_padded
from pb.models.rounds import Round
from pb.models.stations import Station
from pb.services.kiosk_uploads import Answered, take_upload
from pb.services.kiosks import add_kiosk, enrol
from pb.services.online_key import online_public_key
from pb.services.stations import StationWanted, add_station
from tests.factories import make_ballot, owner_of


def a_station(the_round: Round, name: str = "Market") -> Station:
    """A place of a round."""
    return add_station(the_round.id, StationWanted(name), by=owner_of(the_round))


@dataclass
class Device:
    """A tablet: its key, its outbox, and how many ballots it made."""

    the_round: Round
    kiosk_id: int = 0
    made: int = 0
    outbox: list[Item] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        """The public half as the page sends it."""
        return b64encode(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()

    def sign(self, content: bytes) -> bytes:
        """Two numbers of 32 bytes, as browsers sign."""
        one, other = decode_dss_signature(self.key.sign(content, ec.ECDSA(SHA256())))
        return one.to_bytes(32, "big") + other.to_bytes(32, "big")

    def enrol(self, code: str) -> Device:
        """Enrol with a one-time code."""
        self.kiosk_id = enrol(code, self.public_key, self.sign(joined(ENROL_FORMAT, code))).id
        return self

    def cast(
        self,
        code: str,
        *titles: str,
        said: Declaration | None = None,
        area: int | None = None,
        receipt: str = "",
        sections: dict[str, Any] | None = None,
    ) -> Item:
        """Seal a ballot that chooses the projects of these titles, or of these sections, into the outbox."""
        self.made += 1
        sections = sections or make_ballot(self.the_round, *titles)
        receipt = receipt or with_check(symbols(secrets.token_bytes(8), 12))
        envelope_id, version = str(uuid4()), self.the_round.ballot_version or 0
        sealed = seal(
            bytes.fromhex(self.the_round.round_public_key or ""),
            self.the_round.id,
            version,
            envelope_id,
            pack(PaperContent(sections, receipt, version)),
            self.the_round.envelope_size or 0,
        )
        claim: dict[str, Any] = {"code": code, "area": area, "declaration": asdict(said) if said else None}
        info = joined(CLAIM_FORMAT, self.kiosk_id, envelope_id)
        item = Item(
            envelope_id,
            version,
            self.made,
            make_nonce(secrets.token_bytes(NONCE_BYTES)),
            sealed,
            seal_padded(online_public_key(), info, canonical(claim), CLAIM_SIZE),
            b"",
        )
        item = replace(item, signature=self.sign(item.signed(self.kiosk_id)))
        self.outbox.append(item)
        return item

    def upload(self, *items: Item, waiting: int = 0) -> Upload:
        """What would be sent: these items, or all of the outbox."""
        whole = Upload(items or tuple(self.outbox), waiting, self.made, b"")
        return replace(whole, signature=self.sign(whole.signed(self.kiosk_id)))

    def send(self, *items: Item) -> dict[str, Answered]:
        """Send them; gives the answers by the items' ids."""
        return {each.id: each for each in take_upload(self.kiosk_id, self.upload(*items))}


def a_device(the_round: Round, station: Station | None = None, *, name: str = "", declares: bool = False) -> Device:
    """An enrolled tablet at a station of its own, unless told."""
    station = station or a_station(the_round, f"Stall {secrets.token_hex(3)}")
    name = name or f"Tablet {secrets.token_hex(3)}"
    _, code = add_kiosk(station.id, name=name, declares=declares, by=owner_of(the_round))
    return Device(the_round).enrol(code)
