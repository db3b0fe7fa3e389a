"""Pages on which community groups bid."""

from pb.web.groups import bids, home, offers, organisations, sections

BLUEPRINTS = (home.bp, organisations.bp, bids.bp, offers.bp, sections.bp)

__all__ = ["BLUEPRINTS", "bids", "home", "offers", "organisations", "sections"]
