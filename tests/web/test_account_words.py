"""The lines of a ballot account in words: one of a thing is told as one, in both languages."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from flask_babel import force_locale

from pb.core.cards import BatchNumbers
from pb.core.equations import Term
from pb.core.paper_account import PaperNumbers
from pb.core.reconciliation import BoxNumbers, OpenedNumbers, equations
from pb.services.imbalances import Line
from pb.web.public.counts import said

#: Everything that an account can tell of, once each.
ONE_EACH = BoxNumbers(
    batches=(BatchNumbers("Library", 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, asked=True, marks=1, in_place=1, audit=1),),
    own_codes=0, people=1, code_alone=1, accepted=1, held=0, rejected=0, without_code=1, replacing=1, at_closings=1,
    paper_batches=(PaperNumbers("Hall", "paper", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, marks=1, declared=1, boxed=True, collected=1),),
    opened=OpenedNumbers(1, 1, {}, 1, {"Main": 1}, 1, {"Main": 1}, audit_cards=1),
)  # fmt: skip
#: Words of more than one that no line about one may have; what tells of others beside it stays as it is.
MANY = re.compile(
    r"^(codes|void codes|cards|papers|people|envelopes|receipts|ballots|valid ballots|valid papers|audit cards)\b"
)
MANY_WELSH = re.compile(r"^o (godau|gardiau|bapurau|bobl|amlenni|dderbynebau)\b")


def terms() -> list[Term]:
    found = [term for each in equations(ONE_EACH) for term in (each.left, *each.right)]
    return [term for term in found if abs(term.amount) == 1]


def test_one_of_a_thing_is_told_as_one(app: Flask) -> None:
    assert len(terms()) > 40
    with app.test_request_context("/"):
        assert [said(term) for term in terms() if MANY.match(said(term))] == []
        with force_locale("cy"):
            assert [said(term) for term in terms() if MANY_WELSH.match(said(term))] == []


@pytest.mark.parametrize(
    ("amount", "told"),
    [(0, "o bapurau"), (1, "papur"), (2, "bapur"), (3, "phapur"), (5, "o bapurau"), (6, "phapur"), (40, "o bapurau")],
)
def test_welsh_has_a_form_for_each_kind_of_number(app: Flask, amount: int, told: str) -> None:
    opened = OpenedNumbers(0, 0, {}, 0, {}, 0, {"Main": amount})
    numbers = BoxNumbers((), 0, 0, 0, 0, 0, 0, 0, opened=opened)
    with app.test_request_context("/"), force_locale("cy"):
        assert said(equations(numbers)[-1].left) == f"{told} pleidleisio nawr, “Main”"


def test_the_page_of_an_account_tells_one_as_one(app: Flask) -> None:
    source = '{% from "components/count.html" import account_table with context %}{{ account_table(lines) }}'
    with app.test_request_context("/"):
        html = render_template_string(source, lines=[Line(each) for each in equations(ONE_EACH)])
    text = BeautifulSoup(html, "html5lib").get_text(" ", strip=True)
    assert "1 ballot now, “Main”" in text
    assert not re.search(r"\b1 (codes|cards|papers|people|envelopes|receipts|ballots)\b", text)
