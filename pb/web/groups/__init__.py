"""Pages on which community groups bid."""

from pb.web.groups import (
    bids,
    home,
    offers,
    organisations,
    sections,
    support,
)

BLUEPRINTS = (bids.bp, home.bp, offers.bp, organisations.bp, sections.bp, support.bp)

__all__ = ["BLUEPRINTS", "bids", "home", "offers", "organisations", "sections", "support"]
