"""A site that anybody could break into does not start, and says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a command of the application says in this environment."""
    own = {f"PB_{name.upper()}": value for name, value in {"instance_path": str(folder), **settings}.items()}
    return subprocess.run(
        [sys.executable, "-m", "pb", "doors"], env={**os.environ, **own}, cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("key", ["changeme"])
def test_a_site_with_a_key_that_everybody_knows_does_not_start(tmp_path: Path, key: str) -> None:
    told = start(tmp_path, secret_key=key)
    assert told.returncode == 2
    assert "PB_SECRET_KEY is too weak" in told.stderr
    assert "Traceback" not in told.stderr


def test_no_key_of_ours_stands_in_the_code_or_the_docs() -> None:
    """Keys are made at the first start. What looks like one (32 bytes and more of chance) is a digest of something."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    named = [
        each
        for each in tracked
        if Path(each).name in ("secrets.json", ".env", "id_rsa") or each.endswith((".pem", ".key", ".sqlite3"))
    ]
    assert named == []
    private = [
        each
        for each in tracked
        if each.endswith((".py", ".md", ".toml", ".json", ".html", ".js", ".txt", ".lock"))
        and "PRIVATE KEY-----" in (PROJECT / each).read_text(encoding="utf-8").replace('"PRIVATE KEY-----"', "")
    ]
    assert private == []
