"""The ballot's list of projects: ours in plain HTML against the same list drawn by the design system's macros."""

from __future__ import annotations

from flask import current_app, render_template_string
from flask import render_template as render

from bench.sides import Comparison, in_turns
from pb.services.voting import paper_of, voting_round_of
from pb.web.voting.marks import Shown
from tests.voters import a_voting_round

PROJECTS = 20
MACROS = """{% from 'govuk_frontend_jinja/components/checkboxes/macro.html' import govukCheckboxes %}
{{ govukCheckboxes({'name': 'p', 'items': items}) }}"""


def ballot() -> Comparison:
    """Twenty projects drawn afresh; the site draws an unmarked ballot once and keeps it."""
    titles = [(f"Project number {number}", "", 100_000 + number, None) for number in range(PROJECTS)]
    the_round = a_voting_round(bids=titles)
    paper = paper_of(voting_round_of(the_round.id))
    items = [{"value": str(n), "text": title, "hint": {"text": "£1,000"}} for n, (title, *_rest) in enumerate(titles)]

    def ours() -> None:
        with current_app.test_request_context("/"):
            render("ballots/approval.html", paper=paper, section=paper.sections[0], shown=Shown(), several=False)

    def macros() -> None:
        with current_app.test_request_context("/"):
            render_template_string(MACROS, items=items)

    return in_turns(f"a ballot of {PROJECTS} projects drawn, median", ours, macros, 60)
