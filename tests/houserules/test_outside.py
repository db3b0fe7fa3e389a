"""What leaves, and what comes in: calls to elsewhere in a few named modules, tables by one writer, locked parts."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tools.sbom import sbom

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "pb").rglob("*.py"))
#: Modules that can call another machine, and who of us may use them: letters, texts, and `pb demo` for a free port.
CALLS = {
    "smtplib",
    "http",
    "socket",
    "urllib.request",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "telnetlib",
    "ssl",
    "urllib3",
}
CALLERS = {
    "pb/services/mailers.py": {"smtplib", "ssl"},
    "pb/services/delivery.py": {"smtplib"},
    "pb/services/texters.py": {"notifications_python_client"},
    "pb/cli/demo/__init__.py": {"socket"},
}
#: Who reads tables, and the one who writes them. Election files (.pb) have a format of their own, with keys for words.
ELECTIONS = {"pb/core/pabulib/text.py", "pb/core/pabulib/writer.py"}
TABLES = {"pb/services/area_postcodes.py", "pb/services/spreadsheets.py", "pb/web/downloads.py", *ELECTIONS}


def imported(path: Path) -> set[str]:
    """What a file imports, in full names."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _is_call(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in (*CALLS, "notifications_python_client"))


def test_only_letters_and_texts_call_another_machine() -> None:
    """So no address that somebody typed is ever fetched."""
    found = {
        str(path.relative_to(ROOT)): {name.split(".")[0] for name in imported(path) if _is_call(name)} for path in FILES
    }
    assert {path: names for path, names in found.items() if names} == CALLERS


def test_tables_are_written_by_one_writer() -> None:
    """What spreadsheets would take for formulas is told apart there, so nobody else writes any."""
    found = {str(path.relative_to(ROOT)) for path in FILES if "csv" in imported(path)}
    assert found == TABLES
    writers = {
        str(path.relative_to(ROOT))
        for path in FILES
        if "csv.writer" in path.read_text() or "DictWriter" in path.read_text()
    }
    assert writers - ELECTIONS == {"pb/web/downloads.py"}


def test_every_part_that_is_installed_is_locked_by_its_digest() -> None:
    """`make setup` installs from the lock alone (`uv sync --locked`), which compares each file with these."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    loose = []
    for package in lock["package"]:
        if "registry" not in package["source"]:
            continue
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
        if not files or not all(each.get("hash", "").startswith("sha256:") for each in files):
            loose.append(package["name"])
    assert len(lock["package"]) > 50
    assert loose == []
    assert {package["name"] for package in lock["package"] if "registry" not in package["source"]} == {"you-decide"}
    assert "--locked" in (ROOT / "Makefile").read_text(encoding="utf-8")


#: Parts whose older versions have faults that the design names, with the oldest that will do.
FLOORS = {"gunicorn": (22,), "cryptography": (42,), "werkzeug": (3, 0, 3), "jinja2": (3, 1, 6), "pillow": (10, 3)}


def test_no_part_is_older_than_what_mended_a_known_fault() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    versions = {package["name"]: package.get("version", "0") for package in lock["package"]}
    for name, least in FLOORS.items():
        found = tuple(int(part) for part in versions[name].split(".")[: len(least)])
        assert found >= least, f"{name} {versions[name]}"


def test_the_list_of_parts_has_every_one_that_runs_with_its_digests_and_none_that_only_tests() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    listed = sbom(lock)["components"]
    names = {each["name"] for each in listed}
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = [*asked["dependencies"], *(each for extra in asked["optional-dependencies"].values() for each in extra)]
    assert {re.split(r"[\[<>=;, ]", each)[0].lower() for each in direct} <= names
    assert {"werkzeug", "jinja2", "cffi"} <= names  # parts of parts
    assert names.isdisjoint({"pytest", "playwright", "ruff", "mypy"})
    assert all(each["externalReferences"] and each["version"] in each["purl"] for each in listed)


#: Parts that are in use without being imported by us: behind an address, a name, or another part.
UNSEEN_PARTS = {"psycopg", "alembic", "govuk-frontend-jinja"}


def test_every_part_that_is_asked_for_is_in_use() -> None:
    """What nobody uses is only one thing more that may have a fault."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = [*asked["dependencies"], *(each for extra in asked["optional-dependencies"].values() for each in extra)]
    parts = {re.split(r"[\[<>=;, ]", each)[0].lower() for each in direct}
    used = {name.split(".")[0] for path in FILES for name in imported(path)}
    known = packages_distributions()
    in_use = {part.lower().replace("_", "-") for name in used for part in known.get(name, ())}
    assert parts - in_use - UNSEEN_PARTS == set()
