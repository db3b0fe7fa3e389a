"""Every setting: its name, type, default and meaning. Read from the environment as PB_*."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from base64 import b64decode, b64encode
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
#: In a checkout the folder beside the code; where the package is installed, one in the folder it is run from.
INSTANCE = PROJECT / "instance" if (PROJECT / "pyproject.toml").exists() else Path("instance").resolve()
WEAK_SECRETS = frozenset({"changeme", "change-me", "secret", "secret_key", "password", "dev", "development", "test"})
LEAST_SECRET = 32


class SettingsError(Exception):
    """The settings cannot be used; the message lists every reason."""


class Settings(BaseSettings):
    """What the council and its host may set. Each is read from PB_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="PB_", extra="ignore", frozen=True)

    environment: Literal["development", "demo", "production"] = Field(
        "development", description="Where this runs. Production refuses weak secrets and relaxed settings."
    )
    host: str = Field("127.0.0.1", description="Address that the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server listens on.")
    workers: int = Field(2, ge=1, le=64, description="Server processes; as many as processor cores.")
    threads: int = Field(
        16, ge=1, le=64, description="Threads in each server process: so many ballots can share one wait for the disk."
    )
    base_url: str = Field(
        "", description="Public address, such as https://youdecide.example.gov.uk; used in e-mails and QR codes."
    )
    trusted_hosts: str = Field(
        "", description="Host names that are answered, separated by commas; empty follows the base address."
    )
    proxy_hops: int = Field(0, ge=0, le=5, description="Reverse proxies in front whose forwarded address is believed.")
    instance_path: Path = Field(INSTANCE, description="Folder for the database, secrets and keys.")
    database_url: str = Field(
        "", description="Database address; empty means SQLite in the instance folder. postgresql://… uses PostgreSQL."
    )
    sqlite_journal: Literal["auto", "wal", "truncate"] = Field(
        "auto",
        description="SQLite journal. Auto takes WAL from SQLite 3.51.3 on, else TRUNCATE; both with synchronous=FULL.",
    )
    secret_key: str = Field(
        "", description="Signs cookies; empty means generated in the instance folder at the first start."
    )
    least_ballots: int = Field(
        10,
        ge=2,
        description="A pot in which fewer ballots choose anything tells order and money, no number of the vote.",
    )
    council_name: str = Field(
        "Exampleton Council", max_length=80, description="The council's name, shown on every page."
    )
    council_colour: str = Field("#1b4d6b", description="The council's colour as #rrggbb.")
    council_logo: str = Field(
        "", description="File name of a logo (PNG or SVG) in the instance folder; empty shows the name alone."
    )
    contact_email: str = Field("youdecide@exampleton.example", description="Where residents write to.")
    contact_phone: str = Field("01632 960 000", description="Where residents ring.")
    contact_address: str = Field("Town Hall, Exampleton", description="Where residents call in or write to.")
    mail: Literal["null", "console", "smtp"] = Field(
        "console", description="How e-mail leaves: kept in the outbox only, printed, or sent by SMTP."
    )
    mail_sender: str = Field("You Decide <no-reply@exampleton.example>", description="Sender of e-mails.")
    smtp_host: str = Field("localhost", description="SMTP server.")
    smtp_port: int = Field(587, description="SMTP port.")
    smtp_user: str = Field("", description="SMTP user, where one is needed.")
    smtp_password: str = Field("", description="SMTP password, where one is needed.")
    smtp_starttls: bool = Field(True, description="Whether SMTP is encrypted by STARTTLS.")
    texts: Literal["off", "null", "console", "notify"] = Field(
        "console",
        description="How text messages leave: not offered, kept in the outbox only, printed (never in production, "
        "where it means off), or by GOV.UK Notify.",
    )
    notify_key: str = Field("", description="API key of GOV.UK Notify, where texts leave by it.")
    notify_template: str = Field(
        "", description="Id of a text message template at GOV.UK Notify whose whole body is ((text))."
    )
    relax_second_factor: bool = Field(
        False, description="Asks no second factor. Only for demonstrations; refused in production."
    )
    step_up_minutes: int = Field(
        15, ge=1, le=60, description="How long a shown second factor counts for weighty deeds."
    )
    passphrase_memory: int = Field(
        64, ge=8, le=1024, description="MiB of memory that it takes to try one key holder's passphrase (Argon2id)."
    )
    session_idle_minutes: int = Field(30, ge=5, le=240, description="Sign-in ends after this long without use.")
    session_hours: int = Field(12, ge=1, le=24, description="Sign-in ends after this long whatever is done.")
    sign_in_failures: int = Field(
        10,
        ge=3,
        le=100,
        description="Failed sign-ins of one account in 15 minutes before a wait; five times as many from one address.",
    )
    code_failures: int = Field(
        200,
        ge=20,
        le=100000,
        description="Wrong codes from one address in 15 minutes before a wait is asked. Right codes always pass.",
    )
    least_fill_seconds: int = Field(
        3,
        ge=0,
        le=60,
        description="A form that asks who somebody is and comes back sooner is shown again; 0 asks nobody to wait.",
    )
    most_from_mail_domain: int = Field(
        10,
        ge=1,
        le=100000,
        description="Voters with a mailbox at one domain before the next wait at the desk; public mail services never.",
    )
    lost_cards_per_thousand: int = Field(
        5,
        ge=0,
        le=100,
        description="Lost cards that may be replaced, of each thousand of a batch handed out; always at least one.",
    )
    least_free_megabytes: int = Field(
        500, ge=0, description="Free room on the disk of the instance folder below which staff pages and the log warn."
    )
    page_size: int = Field(25, ge=5, le=200, description="Rows on one page of a list.")
    backup_key: str = Field(
        "",
        description="Public half of the backups' key, as `pb backup-key` prints it; the private half lies elsewhere.",
    )
    default_language: Literal["en_GB", "cy"] = Field("en_GB", description="Language of a first visit.")

    @field_validator("instance_path")
    @classmethod
    def _whole_path(cls, value: Path) -> Path:
        return value.expanduser().absolute()  # so that it means one folder to everybody, the database included

    @field_validator("council_colour")
    @classmethod
    def _hex_colour(cls, value: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            msg = "must be six hexadecimal digits after #, such as #1b4d6b"
            raise ValueError(msg)
        return value.lower()

    @model_validator(mode="after")
    def _safe_in_production(self) -> Settings:
        if self.secret_key and (self.secret_key.lower() in WEAK_SECRETS or len(self.secret_key) < LEAST_SECRET):
            msg = f"PB_SECRET_KEY is too weak: give at least {LEAST_SECRET} random characters, or leave it empty"
            raise ValueError(msg)
        if self.environment == "production" and self.relax_second_factor:
            msg = "PB_RELAX_SECOND_FACTOR is for demonstrations only"
            raise ValueError(msg)
        if self.environment == "production" and not self.base_url.startswith("https://"):
            msg = "PB_BASE_URL must be the public https:// address in production"
            raise ValueError(msg)
        if self.texts == "notify" and not (self.notify_key and self.notify_template):
            msg = "PB_TEXTS=notify needs PB_NOTIFY_KEY and PB_NOTIFY_TEMPLATE"
            raise ValueError(msg)
        return self

    @property
    def sends_texts(self) -> bool:
        """Whether a mobile number can be offered: printed texts would put codes into the logs of a live server."""
        return self.texts != "off" and not (self.texts == "console" and self.environment == "production")

    @property
    def database(self) -> str:
        """The database address that SQLAlchemy takes."""
        if not self.database_url:
            return f"sqlite:///{self.instance_path / 'you-decide.sqlite3'}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", self.database_url)

    @property
    def public_url(self) -> str:
        """The public address without a slash at its end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def https(self) -> bool:
        """Whether people reach the site by https."""
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """What a cookie is called: over https with the mark by which browsers take it from this very host alone."""
        return f"__Host-{name}" if self.https else name


@dataclass(frozen=True)
class Secrets:
    """Keys that lie beside the database and never in it, 32 bytes each."""

    secret_key: bytes
    code_key: bytes
    roll_key: bytes
    receipt_key: bytes
    retry_key: bytes
    field_key: bytes


def load_settings() -> Settings:
    """The settings of the environment. Raises SettingsError with one line for each fault."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"PB_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            if fault["loc"]
            else fault["msg"]
            for fault in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from error


def load_secrets(settings: Settings) -> Secrets:
    """The keys in the instance folder, made at the first start; the file is readable by its owner alone.

    Raises SettingsError when the file is damaged or, in production, readable by others.
    """
    path = settings.instance_path / "secrets.json"
    if not path.exists():
        _write_secrets(path)
    if settings.environment == "production" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path.name} can be read by other users of this machine: chmod 600 it")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        keys = {field.name: b64decode(stored[field.name], validate=True) for field in fields(Secrets)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path.name} in the instance folder is damaged: restore it from its backup") from error
    if any(len(key) < LEAST_SECRET for key in keys.values()):
        raise SettingsError(f"{path.name} in the instance folder holds a key that is too short")
    if settings.secret_key:
        keys["secret_key"] = settings.secret_key.encode()
    return Secrets(**keys)


def _write_secrets(path: Path) -> None:
    """Write fresh keys once, even if two processes start together."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {field.name: b64encode(secrets.token_bytes(32)).decode() for field in fields(Secrets)}
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(keys, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
