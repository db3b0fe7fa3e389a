"""Pages of the places that collect ballots."""

from pb.web.stations import check_in, halls, kiosk

BLUEPRINTS = (
    check_in.bp,
    halls.bp,
    kiosk.bp,
)

__all__ = ["BLUEPRINTS", "check_in", "halls", "kiosk"]
