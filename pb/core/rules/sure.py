"""Numbers that are too long to write out, and can be compared for sure all the same.

Where a price is divided by sums of earlier prices, the digits of its fraction double with every purchase: after
thirty, no memory holds them. So a number is kept as two bounds and as its remainder modulo a prime. Bounds that are
apart say which number is greater. Different remainders say that two numbers differ, and more digits will tell how.
The same remainder says that they are equal: that two different numbers share it would be a chance of one in 2^521.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

#: A prime of Mersenne's, far beyond any number in an election.
PRIME = 2**521 - 1
#: Bounds that are further apart than this part of one are too wide to be read as a float.
WIDEST = 120


class Blurred(Exception):
    """Two numbers differ, and their bounds do not say how: count again with more digits."""


@dataclass(frozen=True, slots=True)
class Sure:
    """A number between `low` and `high` (in units of one half to the power of `bits`), `rest` its remainder."""

    low: int
    high: int
    rest: int
    bits: int

    @classmethod
    def of(cls, value: Fraction | int, bits: int) -> Sure:
        """A number that can still be written out."""
        value = Fraction(value)
        low, part = divmod(value.numerator << bits, value.denominator)
        rest = value.numerator * pow(value.denominator, -1, PRIME) % PRIME
        return cls(low, low + bool(part), rest, bits)

    def __add__(self, other: Sure) -> Sure:
        return Sure(self.low + other.low, self.high + other.high, (self.rest + other.rest) % PRIME, self.bits)

    def __sub__(self, other: Sure) -> Sure:
        return Sure(self.low - other.high, self.high - other.low, (self.rest - other.rest) % PRIME, self.bits)

    def times(self, number: int) -> Sure:
        """A whole number of times, which may be negative."""
        ends = sorted((self.low * number, self.high * number))
        return Sure(ends[0], ends[1], self.rest * number % PRIME, self.bits)

    def __mul__(self, other: Sure) -> Sure:
        """The product of two numbers, neither below nothing."""
        low, high = max(self.low, 0) * max(other.low, 0), self.high * other.high
        return Sure(low >> self.bits, -(-high >> self.bits), self.rest * other.rest % PRIME, self.bits)

    def __truediv__(self, other: Sure) -> Sure:
        """The quotient of two numbers, the first not below nothing, the other above it."""
        if other.low <= 0:
            raise Blurred
        low, high = (max(self.low, 0) << self.bits) // other.high, -(-(self.high << self.bits) // other.low)
        return Sure(low, high, self.rest * pow(other.rest, -1, PRIME) % PRIME, self.bits)

    def against(self, other: Sure) -> int:
        """1 if it is greater than the other, -1 if it is less, 0 if they are equal. Raises Blurred."""
        if self.low > other.high:
            return 1
        if self.high < other.low:
            return -1
        if self.rest == other.rest:
            return 0
        raise Blurred

    def __float__(self) -> float:
        """The nearest float, or one beside it. Raises Blurred."""
        if self.high - self.low > 1 << max(self.bits - WIDEST, 0):
            raise Blurred
        return (self.low + self.high) / (1 << self.bits + 1)

    def __round__(self) -> int:
        """The nearest whole number."""
        return (self.low + self.high + (1 << self.bits)) >> self.bits + 1

    def __str__(self) -> str:
        """As many as nine decimals, rounded; none where they are noughts."""
        whole, rest = divmod(round(self.times(10**9)), 10**9)
        return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")
