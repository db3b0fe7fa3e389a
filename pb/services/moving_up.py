"""What becomes of claims that waited for one that the desk turned down: they take its tags, and wait on their own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from pb.core.roll import contact_tag, dedupe_tag
from pb.extensions import db, present
from pb.models.roll import RollEntry, RollState
from pb.services.sealed_fields import open_field

_TAGS = {"tag": RollEntry.tag, "contact_tag": RollEntry.contact_tag}


def move_up(turned_down: Sequence[str]) -> None:
    """Let the claims that pointed at these places take the tags that are free now, inside the caller's transaction.

    Without that the name would be nobody's: whoever waits could be accepted, and somebody else vote under it too. A
    claim that lacks a tag still points at whoever has it; one that lacks none has no first claim beside it any more.
    """
    waiting = select(RollEntry).where(RollEntry.same_as.in_(turned_down), RollEntry.state == RollState.PENDING)
    for claim in db.session.scalars(waiting.order_by(RollEntry.id)).all():
        before_it = [_take_or_find(claim, name, tag) for name, tag in _tags_of(claim).items()]
        claim.same_as = next((holder for holder in before_it if holder), None)
        if claim.same_as is None:
            claim.domain_tag = None  # it did not wait for its mail domain
        db.session.flush()


def _take_or_find(claim: RollEntry, name: str, tag: bytes) -> str | None:
    """Who has a tag that a claim lacks; none where it is the claim's own, or is from now on."""
    if getattr(claim, name) is not None:
        return None
    holder = select(RollEntry.id).where(RollEntry.round_id == claim.round_id, _TAGS[name] == tag)
    found = db.session.scalar(holder)
    if found is None:
        setattr(claim, name, tag)
    return found


def _tags_of(claim: RollEntry) -> dict[str, bytes]:
    """The tags of what somebody declared, whoever has them: that of the name first."""
    if claim.sealed is None:
        return {}
    said, key = open_field(f"roll:{claim.id}", claim.sealed), present.secrets.roll_key
    tags = {"tag": dedupe_tag(key, claim.round_id, said["name"], said["postcode"], said["year"])}
    if said.get("contact"):
        tags["contact_tag"] = contact_tag(key, claim.round_id, said["contact"])
    return tags
