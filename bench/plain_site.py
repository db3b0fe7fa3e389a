"""A voting site as one writes it first: Flask, mapped rows, the form library's proof, nothing sealed; and a bare hello.

Served by gunicorn as `bench.plain_site:site()`; its database and codes lie in the folder of PLAIN_SITE,
and PLAIN_KEY signs its cookies.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, redirect, render_template_string, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from bench.plain import PlainBox

PROJECTS = [f"p{number}" for number in range(1, 21)]
BALLOT = """<!doctype html><title>Vote</title><form method="post" action="/vote">
<input type="hidden" name="csrf_token" value="{{ token }}"><input name="code">
{% for each in projects %}<label><input type="checkbox" name="p" value="{{ each }}"> {{ each }}</label>{% endfor %}
<button>Vote</button></form>"""


def codes_of(count: int) -> list[str]:
    """The codes of a plain site."""
    return [f"CODE{number:012d}" for number in range(count)]


def site() -> Flask:
    """The plain site."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ["PLAIN_KEY"]
    CSRFProtect(app)
    box = PlainBox(Path(os.environ["PLAIN_SITE"]))

    @app.get("/hello")
    def hello() -> str:
        return "Hello"

    @app.get("/vote")
    def ballot() -> str:
        return render_template_string(BALLOT, token=generate_csrf(), projects=PROJECTS)

    @app.post("/vote")
    def vote() -> Response:
        box.cast(request.form["code"], request.form.getlist("p"), datetime.now(UTC))
        return redirect("/receipt", 303)

    @app.get("/receipt")
    def receipt() -> str:
        return "Thank you"

    return app
