"""Pages for people who vote: who you are, your choices, check and cast; and the door of the printed cards."""

from pb.web.voting import ballot, cards, cast, contact, identity
from pb.web.voting.door import bp

__all__ = ["ballot", "bp", "cards", "cast", "contact", "identity"]
