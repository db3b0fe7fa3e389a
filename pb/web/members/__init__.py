"""Pages of councillors who decide."""

from pb.web.members import decisions, home, support

BLUEPRINTS = (home.bp, decisions.bp, support.bp)

__all__ = ["BLUEPRINTS", "decisions", "home", "support"]
