"""Every ballot for named scrutineers, sealed to their keys, where a package may not show all of them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from pb.core.actors import Actor
from pb.core.canonical import joined
from pb.core.disclosure import Level
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.keyholders import HOLDER_RANDOM_BYTES, HolderKey, make_holder_key, opener, seal_for
from pb.core.passwords import STANDARD
from pb.core.permissions import may_audit
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.keys import ScrutineerKey
from pb.models.publications import Publication, SealedBallots
from pb.models.rounds import Round
from pb.services.ledger import record
from pb.services.packages import every_ballot
from pb.services.transactions import transaction

#: What a scrutineer's key is bound to in place of a round.
BOUND_TO = "scrutiny"


def key_of(account_id: int | None) -> ScrutineerKey | None:
    """The key of a scrutineer; None while they have made none."""
    return db.session.get(ScrutineerKey, account_id) if account_id is not None else None


def make_key(passphrase: str, *, by: Actor) -> ScrutineerKey:
    """A scrutineer makes a key under a passphrase that is kept nowhere; a newer one does not open older files.

    Raises NotAllowed `not_scrutiny`; Refusals `passphrase_weak`. Event `scrutineer_key_made`.
    """
    account = _scrutineer(by)
    cost = replace(STANDARD, memory_kib=present.settings.passphrase_memory * 1024)
    key = make_holder_key(str(account), BOUND_TO, passphrase, secrets.token_bytes(HOLDER_RANDOM_BYTES), cost)
    with transaction() as session:
        kept = session.merge(ScrutineerKey(account_id=account, holder_key=key.to_json(), made_at=present.now()))
        record("scrutineer_key_made", by, subject=f"account:{account}")
    return kept


def is_withheld(publication: Publication) -> bool:
    """Whether some ballots of a publication are not public."""
    return any(pot["disclosure"]["level"] != Level.FULL for pot in publication.content["pots"])


def sealed_for(publication: Publication, by: Actor) -> SealedBallots | None:
    """The ballots of a publication as they are sealed to this person; None where they are not."""
    mine = SealedBallots.account_id == by.account_id
    return db.session.scalar(select(SealedBallots).where(SealedBallots.publication_id == publication.id, mine))


def seal_ballots(publication_id: int, *, by: Actor) -> SealedBallots:
    """Seal every ballot of a publication to the scrutineer who asks, by name on the ledger.

    Raises NotAllowed `not_scrutiny`; NotFound `no_publication`; Refusal `key_missing`, `sealed_already`,
    `ballots_public`. Event `ballots_sealed`.
    """
    account = _scrutineer(by)
    with transaction() as session:
        publication = session.get(Publication, publication_id)
        if publication is None:
            raise NotFound("no_publication", N_("The result of this round is not published yet."))
        key = key_of(account)
        if key is None:
            raise Refusal("key_missing", N_("Choose a passphrase first: the file is sealed to your key."))
        if sealed_for(publication, by) is not None:
            raise Refusal("sealed_already", N_("The ballots are sealed to your key already."))
        if not is_withheld(publication):
            raise Refusal("ballots_public", N_("All ballots of this round are public: they are in the package."))
        content = every_ballot(session, session.get_one(Round, publication.round_id))
        sealed = SealedBallots(
            publication_id=publication_id, account_id=account,
            sealed=seal_for(HolderKey.from_json(key.holder_key), content, _info(publication)),
            sha256=hashlib.sha256(content).hexdigest(), made_at=present.now(),
        )  # fmt: skip
        session.add(sealed)
        record(
            "ballots_sealed", by, round_id=publication.round_id, subject=f"publication:{publication_id}",
            account=account, sha256=sealed.sha256,
        )  # fmt: skip
    return sealed


def open_ballots(publication: Publication, passphrase: str, *, by: Actor) -> bytes:
    """The ballots that were sealed to this scrutineer, as `ballots.jsonl` of the package would have them.

    Raises NotAllowed `not_scrutiny`; Refusal `not_sealed`, `wrong_passphrase`, `key_changed`.
    """
    key, sealed = key_of(_scrutineer(by)), sealed_for(publication, by)
    if key is None or sealed is None:
        raise Refusal("not_sealed", N_("Have the ballots sealed to your key first."))
    opened = opener(HolderKey.from_json(key.holder_key), passphrase)
    try:
        return opened(sealed.sealed, _info(publication))
    except InvalidTag as error:
        sentence = N_("This file was sealed to a key that you had before. Ask for it again with the next publication.")
        raise Refusal("key_changed", sentence) from error


def _info(publication: Publication) -> bytes:
    return joined("pb-scrutiny-ballots-1", str(publication.round_id), publication.sha256)


def _scrutineer(by: Actor) -> int:
    if not may_audit(by) or by.account_id is None:
        raise NotAllowed("not_scrutiny", N_("Ballots that are not public are for scrutineers alone."))
    return by.account_id
