"""Puts the application together: settings, extensions, doors, commands."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from pb.cli import register_commands
from pb.config import PROJECT, Secrets, Settings, load_secrets, load_settings
from pb.extensions import babel, csrf, db, login_manager, migrate, present
from pb.services import database
from pb.web.doors import register_doors
from pb.web.errors import install_errors
from pb.web.filters import install_filters
from pb.web.headers import install_headers, static_headers
from pb.web.languages import choose_language, install_languages
from pb.web.logs import install_logs
from pb.web.odd_requests import install_odd_requests
from pb.web.policy import door_table, refuse_silent_doors
from pb.web.sessions import install_sessions
from pb.web.site import Site

PACKAGE = Path(__file__).resolve().parent
LARGEST_REQUEST = 2 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Raises SettingsError when the settings, the secrets or the database cannot be trusted."""
    settings = settings or load_settings()
    install_logs(settings)
    secrets = load_secrets(settings)
    present.use(settings=settings, secrets=secrets)
    templates, static = _folder("templates"), _folder("static")
    app = Site(
        "pb",
        template_folder=str(templates),
        static_folder=str(static),
        instance_path=str(settings.instance_path.resolve()),
    )
    _configure(app, settings, secrets)
    _extend(app, settings)
    install_odd_requests(app)
    install_sessions(app)
    install_filters(app)
    install_errors(app)
    install_headers(app)
    install_languages(app)
    register_doors(app)
    refuse_silent_doors(app)
    register_commands(app)
    _serve(app, settings, static)
    return app


def _folder(name: str) -> Path:
    """A folder of the checkout, or the copy of it inside an installed wheel."""
    installed = PACKAGE / f"_{name}"
    return installed if installed.is_dir() else PROJECT / name


def _configure(app: Flask, settings: Settings, secrets: Secrets) -> None:
    app.config.update(
        SECRET_KEY=secrets.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_NAME=settings.cookie("you_decide"),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=settings.default_language,
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _extend(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    babel.init_app(app, locale_selector=choose_language)
    migrate.init_app(app, db, directory=str(PACKAGE / "migrations"), compare_type=True, render_as_batch=True)
    with app.app_context():
        database.prepare(db.engine, settings)
    app.extensions["door_table"] = door_table
    app.extensions["make_app"] = create_app


def _serve(app: Flask, settings: Settings, static: Path) -> None:
    """Static files with long caching, the proxy's word on addresses, and the hosts that are answered."""
    served = WhiteNoise(
        app.wsgi_app, root=str(static), prefix="static/", max_age=3600, add_headers_function=static_headers
    )
    app.wsgi_app = served  # type: ignore[method-assign]
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if settings.trusted_hosts or settings.base_url:
        own = settings.public_url.split("://", 1)[1].split("/", 1)[0].split(":", 1)[0]
        app.config["TRUSTED_HOSTS"] = [*filter(None, (h.strip() for h in settings.trusted_hosts.split(","))), own]

    @app.before_request
    def _known_host() -> None:
        _ = request.host  # an unknown host is refused here, before any page is made
