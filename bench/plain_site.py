"""A voting site as one writes it first, and a bare hello.

Flask, mapped rows, the form library's proof, a page drawn from its template each time; nothing is sealed. It does
what a voter sees of ours: the ballot of twenty projects (about as many bytes), a code that is kept as a keyed hash and
works once, choices that are looked at before they are kept, a durable commit, and a receipt on a page of its own,
reached by a redirect. Nothing is slowed on purpose: the design system's markup is written out, since its macros take
many times as long, and tables have the indexes that they need.

Served by gunicorn as `bench.plain_site:site()`; its database lies in the folder of PLAIN_SITE, and PLAIN_KEY signs its
cookies and hashes its codes.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bench.plain import PlainBox, Project, Round, Vote


def codes_of(count: int) -> list[str]:
    """The codes of a plain site."""
    return [f"CODE{number:012d}" for number in range(count)]


def site() -> Flask:
    """The plain site."""
    app = Flask(__name__, template_folder="plain_templates")
    app.config["SECRET_KEY"] = os.environ["PLAIN_KEY"]
    CSRFProtect(app)
    box = PlainBox(Path(os.environ["PLAIN_SITE"]), os.environ["PLAIN_KEY"].encode())

    @app.get("/hello")
    def hello() -> str:
        return "Hello"

    @app.get("/vote")
    def ballot() -> str:
        with Session(box.engine) as session:
            the_round = session.scalars(select(Round)).one()
            projects = session.scalars(select(Project).order_by(Project.id)).all()
            return render_template("ballot.html", title="Your ballot", round=the_round, projects=projects)

    @app.post("/vote")
    def vote() -> Response | tuple[str, int]:
        try:
            projects = [int(number) for number in request.form.getlist("p")]
            number = box.cast(request.form["code"], projects, datetime.now(UTC))
        except ValueError as wrong:
            return str(wrong), 409
        return redirect(url_for("receipt", number=number), 303)

    @app.get("/receipt/<number>")
    def receipt(number: str) -> str:
        with Session(box.engine) as session:
            the_round = session.scalars(select(Round)).one()
            kept = session.scalars(select(Vote).where(Vote.receipt == number)).one()
            return render_template("receipt.html", title="Your ballot is in the box", round=the_round, vote=kept)

    return app
