"""The kiosk: enrolling a tablet, the page that works without a network, and what it sends."""

from __future__ import annotations

from base64 import b64decode
from json import dumps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from pb.core.canonical import digest
from pb.core.errors import Refusal
from pb.core.kiosks import read_upload
from pb.core.words import N_
from pb.extensions import csrf, present
from pb.models.kiosks import Kiosk
from pb.services.codes import wrong_code
from pb.services.kiosk_contents import contents_of, hall_of, takes_ballots
from pb.services.kiosk_uploads import take_upload
from pb.services.kiosks import enrol, working_kiosk
from pb.services.voting import VotingRound, voting_round_of
from pb.web.filters import static_url
from pb.web.forms.summary import sentence
from pb.web.headers import scans_codes
from pb.web.policy import EVERYONE, allow
from pb.web.stations.kiosk_package import package_of

bp = Blueprint("stations_kiosk", __name__, url_prefix="/kiosk")

Answer = str | Response | tuple[Response, int]

#: What the page loads; the worker keeps all of it on the tablet.
SCRIPTS = (
    "js/kiosk.js", "js/kiosk-ballot.js", "js/kiosk-claim.js", "js/kiosk-contents.js", "js/kiosk-draft.js",
    "js/kiosk-hall.js", "js/kiosk-idle.js", "js/kiosk-now.js", "js/kiosk-screens.js", "js/kiosk-seal.js",
    "js/kiosk-steward.js", "js/kiosk-store.js", "js/kiosk-sync.js", "js/kiosk-tablet.js", "js/kiosk-visit.js",
    "js/marks.js", "js/hpke.js", "js/x25519.js", "js/ballot.js", "js/checker-forms.js", "js/checker-ballots.js",
    "js/scan.js", "vendor/zxing-wasm-3.1.4/reader.js", "vendor/zxing-wasm-3.1.4/share.js",
    "vendor/zxing-wasm-3.1.4/zxing_reader.wasm",
)  # fmt: skip
STYLES = (
    "vendor/govuk-frontend-6.3.0/govuk-frontend.min.css", "css/you-decide.css", "css/ballot.css", "css/scan.css",
    "css/kiosk.css",
)  # fmt: skip


@bp.get("/enrol")
@allow(door=EVERYONE)
def enrolling() -> str:
    """The page that enrols the tablet on which it is opened; the code stands behind the # or is typed."""
    return render_template("stations/kiosk-enrol.html")


@bp.post("/enrol")
@allow(door=EVERYONE)
def enrolled() -> Answer:
    """Take the tablet's public key; answer with the address of its page."""
    data = request.get_json(silent=True)
    try:
        kiosk = enrol(_text(data, "code"), _text(data, "key"), _bytes(data, "signature"))
    except Refusal as refusal:
        told = wrong_code(request.remote_addr or "") if refusal.code == "enrolment_unknown" else None
        return _told(told or refusal)
    return jsonify(kiosk=kiosk.id, page=url_for("stations_kiosk.page", kiosk_id=kiosk.id))


@bp.get("/<int:kiosk_id>/")
@allow(door=EVERYONE)
@scans_codes
def page(kiosk_id: int) -> str:
    """The kiosk's page: a frame without a voter in it. Everything else comes with the package."""
    return render_template("stations/kiosk.html", kiosk=working_kiosk(kiosk_id))


@bp.get("/<int:kiosk_id>/package.json")
@allow(door=EVERYONE)
def package(kiosk_id: int) -> Answer:
    """What the tablet carries: ballots, words, postcodes and public keys; nothing of any person."""
    try:
        contents = contents_of(kiosk_id)
    except Refusal as refusal:
        return _told(refusal)
    return jsonify(package_of(contents))


@bp.get("/<int:kiosk_id>/hall.json")
@allow(door=EVERYONE)
def hall(kiosk_id: int) -> Answer:
    """What may be scored by now at an event day; a tablet that stands at one asks every few seconds.

    The version of the ballot, read last, tells the tablet to load what it carries anew when a project has left it.
    """
    try:
        return jsonify(hall=hall_of(kiosk_id), version=_round(kiosk_id).ballot_version)
    except Refusal as refusal:
        return _told(refusal)


@bp.post("/<int:kiosk_id>/items")
@allow(door=EVERYONE)
@csrf.exempt  # type: ignore[untyped-decorator]
def items(kiosk_id: int) -> Answer:
    """Take what the tablet sends. No cookie is looked at: the tablet's signature is the proof."""
    try:
        answers = take_upload(kiosk_id, read_upload(request.get_json(silent=True)))
    except Refusal as refusal:
        return _told(refusal)
    the_round = _round(kiosk_id)
    told = [{"id": each.id, "answer": each.answer} for each in answers]
    return jsonify(items=told, votes=takes_ballots(the_round), version=the_round.ballot_version)


@bp.get("/worker.js")
@allow(door=EVERYONE)
def worker() -> Response:
    """The service worker of all kiosk pages, with the list of what it keeps; a new list or page is a new worker.

    Otherwise a tablet would go on with the page that it keeps, and load scripts that no longer fit it.
    """
    colours = url_for("information.council_css", v=present.settings.council_colour[1:])
    kept = [*(static_url(name) for name in (*STYLES, *SCRIPTS)), colours]
    script = Path(current_app.static_folder or "", "js", "kiosk-worker.js").read_text(encoding="utf-8")
    frame = render_template("stations/kiosk.html", kiosk=Kiosk(id=0, name=""))
    version = digest([script, frame, *kept])[:16]
    response = make_response(f"const VERSION = {dumps(version)}\nconst SHELL = {dumps(kept, indent=2)}\n{script}")
    response.mimetype = "text/javascript"
    return response


@bp.get("/<int:kiosk_id>/app.webmanifest")
@allow(door=EVERYONE)
def manifest(kiosk_id: int) -> Response:
    """What a tablet needs to put the page on its home screen, full screen, without an address bar."""
    kiosk = working_kiosk(kiosk_id)
    address = url_for("stations_kiosk.page", kiosk_id=kiosk.id)
    response = jsonify(
        name=f"{_('You Decide')}: {kiosk.name}",
        short_name=kiosk.name,
        start_url=address,
        scope="/kiosk/",
        display="fullscreen",
        icons=[{"src": static_url("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    response.mimetype = "application/manifest+json"
    return response


def _round(kiosk_id: int) -> VotingRound:
    return voting_round_of(working_kiosk(kiosk_id).round_id)


def _told(refusal: Refusal) -> tuple[Response, int]:
    """A refusal as JSON: its code, and a sentence for whoever stands at the tablet."""
    return jsonify(error=sentence(refusal.fault), code=refusal.code), refusal.status


def _text(data: Any, name: str) -> str:
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _bytes(data: Any, name: str) -> bytes:
    try:
        return b64decode(_text(data, name), validate=True)
    except ValueError as error:
        raise Refusal("key_unreadable", N_("This tablet’s key could not be read."), status=422) from error
