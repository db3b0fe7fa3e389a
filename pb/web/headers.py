"""Security headers on every response, and how long a page may be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask_login import current_user

from pb.extensions import present
from pb.web.site import Answer

View = TypeVar("View", bound=Callable[..., Any])

#: The one inline script of base.html (it tells the style sheet that scripts run), as a CSP source.
SCRIPT_HASH = "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"
POLICY = {
    "default-src": "'none'",
    "script-src": f"'self' {SCRIPT_HASH}",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
# Flask-WTF compares the Referer of a form sent over https with our own host. "no-referrer" would leave it empty and
# every form would be refused; "strict-origin" sends the host alone, so that no path (and no round) is told to anyone.
REFERRER_POLICY = "strict-origin"
FEATURES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
    "xr-spatial-tracking",
)
ONE_YEAR = 31536000


def cached_for(seconds: int) -> Callable[[View], View]:
    """Let a page that is the same for everybody be kept for `seconds`; every other page is never stored."""

    def mark(view: View) -> View:
        view.cache_seconds = seconds  # type: ignore[attr-defined]
        return view

    return mark


def scans_codes(view: View) -> View:
    """Let a page at a station use the camera and WebAssembly, which reading a QR code takes."""
    view.scans_codes = True  # type: ignore[attr-defined]
    return view


def content_security_policy(*, scanning: bool = False) -> str:
    """The Content-Security-Policy; pages that scan codes may run WebAssembly as well."""
    policy = dict(POLICY)
    if scanning:
        policy["script-src"] += " 'wasm-unsafe-eval'"
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def permissions_policy(*, scanning: bool = False) -> str:
    """What a page may use of the device: nothing, or the camera alone."""
    return ", ".join(f"{name}=({'self' if scanning and name == 'camera' else ''})" for name in FEATURES)


@cache
def fixed_headers(*, scanning: bool = False, https: bool = False) -> Mapping[str, str]:
    """The headers that do not depend on who asks."""
    headers = {
        "Content-Security-Policy": content_security_policy(scanning=scanning),
        "Permissions-Policy": permissions_policy(scanning=scanning),
        "Referrer-Policy": REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
    return MappingProxyType(headers)


@cache
def _fixed_pairs(*, scanning: bool, https: bool) -> tuple[tuple[str, str], ...]:
    return tuple(fixed_headers(scanning=scanning, https=https).items())


def static_headers(headers: Any, _path: str, _url: str) -> None:
    """Set the same headers on static files, which WhiteNoise serves before Flask is asked."""
    for name, value in fixed_headers(https=_https()).items():
        headers[name] = value


def install_headers(app: Flask) -> None:
    """Set the security headers on every response, errors too."""
    app.after_request(_set_headers)


def _https() -> bool:
    return present.settings is not None and present.settings.environment == "production"


def _set_headers(response: Answer) -> Answer:
    view = current_app.view_functions.get(request.endpoint or "")
    response.fixed = _fixed_pairs(scanning=hasattr(view, "scans_codes"), https=_https())
    kept = response.headers["Cache-Control"] = _caching(response, getattr(view, "cache_seconds", 0))
    if kept != "no-store":
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def _caching(response: Response, seconds: int) -> str:
    """How long the response may be kept: only a good answer to a signed-out reader, without cookie or form."""
    good = response.status_code in (200, 304) and request.method in ("GET", "HEAD")
    if request.endpoint == "static" or (seconds and good and not _own(response)):
        return f"public, max-age={seconds or 3600}"
    return "no-store"


def _own(response: Response) -> bool:
    """Whether anything in the response is of whoever asked."""
    cookies = bool(response.headers.getlist("Set-Cookie")) or session.modified
    return cookies or "csrf_token" in g or bool(current_user.is_authenticated)
