"""One page of a long list."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from pb.extensions import db, present

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`rows` of page `number` (from 1) out of `pages`; `total` rows in all."""

    rows: list[T]
    number: int
    pages: int
    total: int


def page_of(query: Select[Any], number: int, size: int | None = None) -> Page[Any]:
    """The page `number` of what `query` finds; a number past the end gives the last page."""
    size = size or present.settings.page_size
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, ceil(total / size))
    number = min(max(1, number), pages)
    rows = list(db.session.scalars(query.limit(size).offset((number - 1) * size)))
    return Page(rows, number, pages, total)
