"""The public package of a result: made once, with the publication that it is of, and never again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy import cast, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from pb.core.actors import Actor
from pb.core.canonical import canonical, digest
from pb.core.disclosure import Level
from pb.core.errors import NotFound
from pb.core.package import (
    MANIFEST,
    BallotLine,
    account_line,
    ballot_files,
    complete,
    receipts_file,
    scores_of_pot,
    zipped,
)
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.counts import Count
from pb.models.envelopes import OpenedBallot, Opening, Receipt
from pb.models.publications import Package, PackagePart, Publication
from pb.models.rounds import Pot, Round
from pb.services.audits import audit_of
from pb.services.counts import shown_outcome
from pb.services.elections import instances_of, profile_of
from pb.services.imbalances import account_of_box
from pb.services.ledger import record
from pb.services.reconciliation import audit_in_box, opening_of

PART = 256 * 1024

Data = dict[str, Any]


def make_package(session: Session, publication: Publication, by: Actor) -> Package:
    """Make the package of a publication, inside the transaction that freezes it. Event `package_made`."""
    the_round = session.get_one(Round, publication.round_id)
    files = _files(session, the_round, publication)
    content = zipped(files)
    package = Package(
        publication_id=publication.id,
        sha256=hashlib.sha256(files[MANIFEST]).hexdigest(),
        size=len(content),
        made_at=present.now(),
    )
    session.add(package)
    session.flush()
    parts = [
        {"package_id": package.id, "position": at // PART, "content": content[at : at + PART]}
        for at in range(0, len(content), PART)
    ]
    session.connection().execute(insert(PackagePart.__table__), parts)  # type: ignore[arg-type]
    record(
        "package_made", by, round_id=the_round.id, subject=f"publication:{publication.id}",
        publication=publication.number, sha256=package.sha256, size=package.size,
    )  # fmt: skip
    return package


def package_of(publication: Publication) -> Package:
    """The package of a publication. Raises NotFound `no_package`."""
    found = db.session.scalar(select(Package).where(Package.publication_id == publication.id))
    if found is None:
        raise NotFound("no_package", N_("There is no package of this result."))
    return found


def content_of_package(package: Package) -> Iterator[bytes]:
    """The zip file of a package, a part at a time, so that a large one never lies in memory whole."""
    number = package.id
    for position in range(-(-package.size // PART)):
        query = select(PackagePart.content).where(PackagePart.package_id == number, PackagePart.position == position)
        yield db.session.scalars(query).first() or b""


@cache
def _software() -> dict[str, str]:
    return {"name": "You Decide", "version": version("you-decide")}


def _files(session: Session, the_round: Round, publication: Publication) -> dict[str, bytes]:
    content = publication.content
    levels = {pot["key"]: Level(pot["disclosure"]["level"]) for pot in content["pots"]}
    files = {
        "result.json": canonical(content),
        "receipts.txt": receipts_file(_receipts(session, the_round.id)),
        **ballot_files(_ballots(session, the_round.id), levels),
    }
    audit = audit_of(the_round.id)
    if audit is not None and audit.listed:
        files["audit-cards.txt"] = audit.listed.encode()
    scores = _scores(the_round, levels)
    if scores:
        files["histogram.json"] = canonical(scores)
    manifest = {**_manifest(session, the_round, publication), **_withheld(session, the_round, levels)}
    return complete(manifest, files)


def every_ballot(session: Session, the_round: Round) -> bytes:
    """The `ballots.jsonl` that a package would have if every pot's ballots were public: for scrutineers, under seal."""
    levels = {pot.key: Level.FULL for pot in the_round.pots}
    return ballot_files(_ballots(session, the_round.id), levels)["ballots.jsonl"]


def _withheld(session: Session, the_round: Round, levels: Mapping[str, Level]) -> Data:
    """The digest of the file with every ballot, where the package does not have it: its random keys keep it secret."""
    if set(levels.values()) == {Level.FULL}:
        return {}
    content = every_ballot(session, the_round)
    return {"withheld": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}


def _manifest(session: Session, the_round: Round, publication: Publication) -> Data:
    content = publication.content
    query = select(Count).where(Count.round_id == the_round.id, Count.number == content["count"]["number"])
    count = session.scalars(query).one()
    frozen = the_round.frozen or {}
    return {
        "software": _software(),
        "publication": publication.number,
        "ballot": frozen,
        "ballot_sha256": digest(frozen),
        "sealed_root": the_round.sealed_root,
        "ballot_root": the_round.ballot_root,
        "opening": _opening(opening_of(the_round.id)),
        "channels": content["turnout"]["channels"],
        **_audit(the_round.id),
        "account": [
            account_line(line.equation, line.explanation.reason if line.explanation and line.settled else "")
            for line in account_of_box(the_round)
        ],
        "pots": [_pot(pot) for pot in content["pots"]],
        "count": {
            "number": count.number, "rule": count.rule, "rule_version": count.rule_version,
            "outcome": shown_outcome(count), "sha256": count.shown_sha256,
        },
    }  # fmt: skip


def _audit(round_id: int) -> Data:
    """What was found of the audit cards, in the order of their list; nothing where there was no audit."""
    audit = audit_of(round_id)
    if audit is None:
        return {}
    told = {"sha256": audit.sha256, "cards": audit.cards, "given_up": audit.given_up_reason}
    return {"audit": {**told, "counts": audit.found.get("counts", {}), "compared": audit.found.get("cards", [])}}


def _opening(opening: Opening | None) -> Data:
    assert opening is not None  # noqa: S101 - a round without an opening has no count and no publication
    return {
        "envelopes": opening.envelopes,
        "valid": opening.valid,
        "invalid": dict(opening.invalid),
        "sections": opening.account["sections"],
        "audit": audit_in_box(opening),
    }


def _pot(pot: Mapping[str, Any]) -> Data:
    shown = pot["disclosure"]
    return {
        "key": pot["key"],
        "level": shown["level"],
        "sharing": shown["sharing"],
        "ballots": pot["ballots"],
        "marked": pot["marked"],
    }


def _receipts(session: Session, round_id: int) -> Iterator[str]:
    return iter(session.scalars(select(Receipt.receipt).where(Receipt.round_id == round_id)))


def _ballots(session: Session, round_id: int) -> Iterator[BallotLine]:
    """Every opened ballot of a round, by the driver's own cursor: choices stay text."""
    query = (
        select(OpenedBallot.key, Pot.key, cast(OpenedBallot.choices, Text))
        .join(Pot, OpenedBallot.pot_id == Pot.id)
        .where(Pot.round_id == round_id)
    )
    cursor: Any = session.connection().execute(query).cursor
    return (BallotLine(bytes(key), pot, text) for key, pot, text in cursor)


def _scores(the_round: Round, levels: Mapping[str, Level]) -> Data:
    """What the ballots of the pots whose ballots are not published add up to, where that may be told."""
    instances = instances_of(the_round)
    return {
        pot.key: scores_of_pot(instances[pot.key], profile_of(pot))
        for pot in the_round.pots
        if levels.get(pot.key) == Level.HISTOGRAM
    }
