"""Settings are checked at the start, and secrets are made once and kept safe."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pb.config import Settings, SettingsError, load_secrets, load_settings


@pytest.mark.parametrize("weak", ["changeme", "secret", "short-but-own", "x" * 31])
def test_a_weak_secret_is_refused(weak: str) -> None:
    with pytest.raises(ValidationError, match="too weak"):
        Settings(secret_key=weak)


def test_production_never_relaxes_the_second_factor() -> None:
    with pytest.raises(ValidationError, match="RELAX_SECOND_FACTOR"):
        Settings(environment="production", base_url="https://vote.example", relax_second_factor=True)


def test_production_wants_a_public_address_that_is_encrypted() -> None:
    with pytest.raises(ValidationError, match="https://"):
        Settings(environment="production", base_url="http://vote.example")


def test_all_faults_of_the_environment_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PB_PORT", "99999")
    monkeypatch.setenv("PB_COUNCIL_COLOUR", "blue")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "PB_PORT" in str(told.value)
    assert "PB_COUNCIL_COLOUR" in str(told.value)


def test_a_folder_named_from_where_one_stands_is_one_place_for_files_and_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(instance_path=Path("here"))
    assert settings.instance_path == tmp_path / "here"
    assert settings.database == f"sqlite:///{tmp_path}/here/you-decide.sqlite3"


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(instance_path=tmp_path)
    first = load_secrets(settings)
    assert load_secrets(settings) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len({first.secret_key, first.code_key, first.roll_key, first.receipt_key, first.field_key}) == 5


def test_production_refuses_secrets_that_others_can_read(tmp_path: Path) -> None:
    load_secrets(Settings(instance_path=tmp_path))
    (tmp_path / "secrets.json").chmod(0o644)
    with pytest.raises(SettingsError, match="other users"):
        load_secrets(Settings(instance_path=tmp_path, environment="production", base_url="https://vote.example"))


def test_damaged_secrets_are_never_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"secret_key": "!!"}')
    with pytest.raises(SettingsError, match="damaged"):
        load_secrets(Settings(instance_path=tmp_path))
    assert (tmp_path / "secrets.json").read_text() == '{"secret_key": "!!"}'
