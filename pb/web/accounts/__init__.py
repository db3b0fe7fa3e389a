"""Pages about one's own account: signing in, the second factor, passwords, sessions."""

from pb.web.accounts import home, second_factor, sign_in
from pb.web.accounts.door import bp

__all__ = ["bp", "home", "second_factor", "sign_in"]
