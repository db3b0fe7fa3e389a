"""Pages of the places that collect ballots."""

from pb.web.stations import check_in, days, halls, home, kiosk

BLUEPRINTS = (
    check_in.bp,
    days.bp,
    halls.bp,
    home.bp,
    kiosk.bp,
)

__all__ = ["BLUEPRINTS", "check_in", "days", "halls", "home", "kiosk"]
