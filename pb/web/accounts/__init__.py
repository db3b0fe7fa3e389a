"""Pages about one's own account: signing in, the second step, passwords, registering, sessions."""

from pb.web.accounts import home, passwords, registrations, second_factor, sign_in
from pb.web.accounts.door import bp

__all__ = ["bp", "home", "passwords", "registrations", "second_factor", "sign_in"]
