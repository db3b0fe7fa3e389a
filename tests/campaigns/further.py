"""What else may wait while people vote: deeds begun that a second person ends, links that were sent, a late tablet."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from pb.core.actors import Role
from pb.core.canonical import joined
from pb.core.kiosks import ENROL_FORMAT
from pb.services.cancelling import ask_cancellation
from pb.services.elections import projects_of
from pb.services.kiosk_uploads import as_kept
from pb.services.kiosks import add_kiosk, tell_closing_number
from pb.services.papers import PapersWanted, count_papers, make_papers
from pb.services.password_resets import ask_for_password_link
from pb.services.registrations import register
from pb.services.withdrawals import ask_withdrawal
from pb.services.worker import work_due
from tests import factories
from tests.campaigns.under_way import UnderWay
from tests.kiosks import Device, a_device
from tests.post import letters_to, link_in
from tests.stations import cards_at

NEW = "wren@example.org"


@dataclass
class Further:
    """Pages with something new behind them, and what is sent to doors that take no form: door, address and what."""

    pages: list[str]
    sent: list[tuple[str, str, dict[str, Any]]]


def further(under_way: UnderWay) -> Further:
    """Let more wait in a round under way."""
    the_round, station = under_way.round, under_way.station
    owner, at = factories.owner_of(the_round), f"/officers/rounds/{the_round.slug}"
    work_due()
    [pond] = [each for each in projects_of(the_round.id) if each.title == "Pond"]
    ask_withdrawal(pond.id, "The land is sold.", by=owner)
    ask_cancellation(the_round.id, "The money is gone.", by=owner)
    papers = make_papers(the_round.id, PapersWanted("Second", 6, channel="event", station_id=station.id), by=owner)
    count_papers(
        the_round.id, papers.id, {"issued": 3, "unused": 3, "spoilt": 0, "not_returned": 0, "in_box": 3}, by=owner
    )
    in_use, late = tablets(under_way)
    kiosk, code = add_kiosk(station.id, name="New tablet", declares=False, by=owner)
    people = [each.account_id for each in (factories.an_account(Role.OFFICER), under_way.keyers[0])]
    return Further(
        [
            f"{at}/codes/1/cards", f"{at}/withdrawals", f"{at}/withdrawals/{pond.key}/confirm", f"{at}/cancel-vote",
            f"{at}/cancel-vote/confirm", f"{at}/papers/{papers.id}/keying", f"{at}/papers/{papers.id}/counts",
            f"{at}/kiosks/{kiosk}", f"{at}/kiosks/{late}", f"{at}/kiosks/{late}/late",
            *(f"/officers/people/{each}" for each in people), *links(), "/account/",
            f"/rounds/{the_round.slug}?from={station.mark}",
        ],
        [in_use, ("stations_kiosk.enrolled", "/kiosk/enrol", {"json": enrolling(code)})],
    )  # fmt: skip


def tablets(under_way: UnderWay) -> tuple[tuple[str, str, dict[str, Any]], int]:
    """What a tablet is about to send, and the number of another that sent more than it said when it was closed."""
    the_round, station = under_way.round, under_way.station
    one, other = cards_at(the_round, station, 2, "Late", by_steward=True, channel="event").codes
    owner = factories.owner_of(the_round)
    late = a_device(the_round, station, name="Late tablet")
    tell_closing_number(late.kiosk_id, 0, by=owner)
    late.cast(one, "Pond")
    late.send()
    device = a_device(the_round, station, name="Third tablet")
    device.cast(other, "Pond")
    upload = device.upload()
    sent = {
        "items": [as_kept(item) for item in upload.items],
        "waiting": upload.waiting,
        "made": upload.made,
        "signature": b64encode(upload.signature).decode(),
    }
    return ("stations_kiosk.items", f"/kiosk/{device.kiosk_id}/items", {"json": sent}), late.kiosk_id


def enrolling(code: str) -> dict[str, Any]:
    """What a new tablet sends with its code."""
    device = Device(None)  # type: ignore[arg-type]
    signature = b64encode(device.sign(joined(ENROL_FORMAT, code))).decode()
    return {"code": code, "key": device.public_key, "signature": signature}


def links() -> list[str]:
    """Where the letters lead that somebody gets who registers, or has forgotten their password."""
    old = factories.an_account(Role.OFFICER, email="rowan@example.org")
    assert old.account_id is not None
    ask_for_password_link("rowan@example.org", address="127.0.0.1")
    register(name="Wren", email=NEW, password=factories.PASSWORD, language="en_GB", address="127.0.0.1")
    work_due()
    return [link_in(letters_to(each)[-1]) for each in (NEW, "rowan@example.org")]
