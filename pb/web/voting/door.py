"""The blueprint that every voting page belongs to."""

from __future__ import annotations

from flask import Blueprint

from pb.web.forms.summary import sentence

bp = Blueprint("voting_online", __name__)
bp.add_app_template_filter(sentence, "sentence")
