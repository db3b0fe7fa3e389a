"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from pb.extensions import db, present

T = TypeVar("T")
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`rows` of page `number` (from 1) out of `pages`; `total` rows in all."""

    rows: list[T]
    number: int
    pages: int
    total: int

    def of(self, rows: list[Shown]) -> Page[Shown]:
        """The same page of the list, with what is shown of each of its rows, in their order."""
        return Page(rows, self.number, self.pages, self.total)


def page_of(query: Select[Any], number: int, size: int | None = None) -> Page[Any]:
    """The page `number` of what `query` finds; a number past the end gives the last page."""
    size = size or present.settings.page_size
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number, pages = _within(number, total, size)
    rows = list(db.session.scalars(query.limit(size).offset((number - 1) * size)))
    return Page(rows, number, pages, total)


def page_in(rows: Sequence[T], number: int, size: int | None = None) -> Page[T]:
    """The page `number` of rows that are all there, as `page_of` numbers pages."""
    size = size or present.settings.page_size
    number, pages = _within(number, len(rows), size)
    return Page(list(rows[(number - 1) * size : number * size]), number, pages, len(rows))


def _within(number: int, total: int, size: int) -> tuple[int, int]:
    """The page that is meant, and how many pages there are."""
    pages = max(1, ceil(total / size))
    return min(max(1, number), pages), pages
