"""Security headers on every response, and what may be kept by a browser or a cache."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from pb.app import create_app
from pb.config import load_secrets
from pb.extensions import present
from pb.web.headers import cached_for, fixed_headers, scans_codes
from pb.web.policy import EVERYONE, allow
from tests.reader import Reader
from tests.web.style import add_style_page

POLICY = (
    "default-src 'none'; script-src 'self' 'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
EVERY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def _breaks(app: Flask) -> None:
    @allow(door=EVERYONE)
    def broken() -> str:
        raise RuntimeError("a bug")

    app.add_url_rule("/broken", "broken", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False


@pytest.mark.own_app
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/how-it-works", 200),
        ("GET", "/council.css", 200),
        ("GET", "/pictures/HB-1.svg", 200),
        ("GET", "/no-such-page", 404),
        ("POST", "/how-it-works", 405),
        ("GET", "/broken", 500),
    ],
)
def test_every_answer_carries_the_security_headers(
    app: Flask, client: Reader, method: str, path: str, status: int
) -> None:
    _breaks(app)
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EVERY} == EVERY
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_static_files_carry_them_too(client: Reader) -> None:
    with client.get("/static/js/you-decide.js") as answer:
        assert answer.status_code == 200
        assert {name: answer.headers.get(name) for name in EVERY} == EVERY
        assert "initAll" in answer.get_data(as_text=True)


@pytest.mark.own_app
def test_only_the_stations_scanning_pages_may_run_webassembly_and_use_the_camera(app: Flask, client: Reader) -> None:
    @scans_codes
    @allow(door=EVERYONE)
    def scan() -> Response:
        return Response("scanning", mimetype="text/plain")

    app.add_url_rule("/scan", "scan", scan)
    answer = client.get("/scan")
    assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "wasm" not in client.get("/cookies").headers["Content-Security-Policy"]


def test_https_is_insisted_on_in_production_alone() -> None:
    assert "Strict-Transport-Security" not in fixed_headers()
    assert fixed_headers(https=True)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_production_says_so_on_its_answers(client: Reader) -> None:
    present.use(settings=present.settings.model_copy(update={"environment": "production"}))
    assert client.get("/cookies").headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_over_https_a_cookie_is_taken_from_this_host_alone_and_sent_by_https_alone(app: Flask) -> None:
    """Browsers keep a cookie whose name begins so only if it is secure, of one host, and of all of its paths."""
    before = present.settings
    folder = before.instance_path / "by-https"
    given = {"base_url": "https://youdecide.example", "trusted_hosts": "", "instance_path": folder, "database_url": ""}
    try:
        client = create_app(before.model_copy(update=given)).test_client()
        answer = client.get("/account/sign-in?lang=cy", base_url="https://youdecide.example")
        told = client.get("/cookies", base_url="https://youdecide.example").get_data(as_text=True)
    finally:
        present.use(settings=before, secrets=load_secrets(before))
    cookies = {each.partition("=")[0]: each for each in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-you_decide", "__Host-language"}
    for each in cookies.values():
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in each.split(";")}
        assert "Domain" not in each
    assert all(name in told for name in cookies)
    assert "Cymraeg" in told
    assert 'lang="cy"' in told  # the cookie is read back by the name that it was given


@pytest.mark.own_app
def test_a_page_is_kept_by_nobody_unless_it_says_that_it_is_the_same_for_all(app: Flask, client: Reader) -> None:
    @allow(door=EVERYONE)
    def silent() -> Response:
        return Response("ballot", mimetype="text/plain")

    app.add_url_rule("/silent", "silent", silent)
    assert client.get("/silent").headers["Cache-Control"] == "no-store"


def test_a_page_for_all_may_be_kept_and_differs_by_language(client: Reader) -> None:
    answer = client.get("/how-it-works")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert {"Cookie", "Accept-Language"} <= {name.strip() for name in answer.headers["Vary"].split(",")}


@pytest.mark.own_app
def test_a_page_with_a_form_of_ones_own_is_not_kept_even_where_it_says_so(app: Flask, client: Reader) -> None:
    add_style_page(app)
    app.view_functions["style"] = cached_for(300)(app.view_functions["style"])
    assert client.get("/style").headers["Cache-Control"] == "no-store"
    assert client.get("/style").headers["Cache-Control"] == "no-store"  # the second time no cookie is set


def test_an_error_is_kept_by_nobody(client: Reader) -> None:
    assert client.get("/pictures/not%20plain.svg").headers["Cache-Control"] == "no-store"


def test_choosing_a_language_is_not_kept_with_its_cookie(client: Reader) -> None:
    answer = client.get("/cookies?lang=cy")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1"])
def test_a_forged_host_gets_a_sentence_with_the_headers_and_no_page(client: Reader, host: str) -> None:
    answer = client.get("/cookies", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store"
