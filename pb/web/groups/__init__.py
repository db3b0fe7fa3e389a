"""Pages on which community groups bid."""

from pb.web.groups import bids, home, organisations, sections

BLUEPRINTS = (home.bp, organisations.bp, bids.bp, sections.bp)

__all__ = ["BLUEPRINTS", "bids", "home", "organisations", "sections"]
