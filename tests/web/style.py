"""The page that shows every component, for tests and for eyes; it is no part of the served application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, render_template
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader

from pb.core.states import BidState, RoundState
from pb.services.pages import Page
from pb.web.forms.british import LondonDateField, LondonDateTimeField, MoneyField, PostcodeField, YearOfBirthField
from pb.web.forms.fields import (
    ChoiceField,
    ChoicesField,
    CodeField,
    EmailField,
    MenuField,
    ParagraphField,
    PasswordField,
    PhoneField,
    TextField,
    TickField,
)
from pb.web.policy import EVERYONE, allow

BIDS = [
    (
        "Lanterns on the quay",
        "Harbour Lights",
        "Forty lanterns made by three schools light the winter evenings.",
        240_000,
        "Harbour",
        "",
    ),
    (
        "Repair café and tool library",
        "Quayside Repairers",
        "Mend a toaster, borrow a drill, meet a neighbour.",
        200_000,
        "North",
        "",
    ),
    ("A bench by the bridge", "Friends of the Bridge", "Somewhere to sit halfway to the shops.", 85_050, "Bridge", ""),
    (
        "Community garden on Mill Street",
        "Mill Street Growers",
        "Eight raised beds, two of them at wheelchair height.",
        310_000,
        "North",
        "",
    ),
    (
        "Street play every second Sunday",
        "Play Out Harbour",
        "The road is closed and the chalk comes out.",
        64_000,
        "Harbour",
        "",
    ),
    (
        "Warm hall on Wednesdays",
        "St Anne's Hall",
        "Soup, company and a warm room from October to March.",
        150_000,
        "Bridge",
        "",
    ),
]


class StyleForm(FlaskForm):
    """One field of every kind."""

    title = TextField("What is your project called?", needed="Enter a title", most=60, hint="At most 60 characters")
    asked = MoneyField("How much do you ask for?", needed="Enter how much you ask for", most=500_000)
    what = ParagraphField("What will you do?", needed="Say what you will do", most=600)
    kind = ChoiceField("Is it new?", {"new": "Yes", "more": "No, it goes on"}, needed="Say whether it is new")
    themes = ChoicesField(
        "What is it about?", {"green": "Green places", "young": "Young people"}, needed="Choose at least one"
    )
    ward = MenuField("Ward", {"": "Choose a ward", "harbour": "Harbour", "north": "North"}, needed="Choose a ward")
    starts = LondonDateField("When does it start?", needed="Enter when it starts", hint="For example, 7 12 2026")
    opens = LondonDateTimeField("When does voting open?", needed="Enter when voting opens")
    postcode = PostcodeField("Postcode", needed="Enter your postcode")
    born = YearOfBirthField("Year of birth", needed="Enter your year of birth")
    code = CodeField("Code on your card", needed="Enter the code on your card")
    password = PasswordField("Password", needed="Enter your password")
    agree = TickField("I have read how my data is used", needed="Tick the box to go on")
    email = EmailField("E-mail address")
    phone = PhoneField("Telephone number")


def add_style_page(app: Flask) -> None:
    """Put the page at /style of a test's application."""
    own = FileSystemLoader(str(Path(__file__).with_name("templates")))
    app.jinja_loader = ChoiceLoader([app.jinja_loader, own])

    @allow(door=EVERYONE)
    def style() -> str:
        form = StyleForm()
        form.validate_on_submit()
        return render_template(
            "style.html",
            form=form,
            bids=BIDS,
            page=Page([], 4, 9, 210),
            round_states=[state.value for state in RoundState],
            bid_states=[state.value for state in BidState],
        )

    app.add_url_rule("/style", "style", style, methods=["GET", "POST"])
