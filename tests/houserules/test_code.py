"""The code keeps the rules of the house: import contracts, sizes, words, no hidden chance or time in core."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for path in (ROOT / "pb").rglob("*.py") if "migrations" not in path.parts)
SCRIPTS_AND_STYLES = sorted(path for end in ("js", "css") for path in (ROOT / "static" / end).glob(f"*.{end}"))
LONGEST_FUNCTION = 50
LONGEST_FILE = 400
FEW_LINES = 30


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with the lines of its body, its docstring left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            if ast.get_docstring(node) and len(body) > 1:
                body = body[1:]
            yield f"{path.relative_to(ROOT)}:{node.name}", (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_imports_go_down_only() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = [f"{name} ({lines})" for path in FILES for name, lines in _functions(path) if lines > LONGEST_FUNCTION]
    assert long == []


def test_nine_functions_in_ten_are_under_thirty_lines_and_half_are_short() -> None:
    sizes = [lines for path in FILES for _name, lines in _functions(path)]
    assert sum(size < FEW_LINES for size in sizes) / len(sizes) >= 0.9
    assert median(sizes) <= 9


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    files = [*FILES, *SCRIPTS_AND_STYLES]
    long = [str(path.relative_to(ROOT)) for path in files if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert long == []


def test_every_module_says_in_one_line_what_lives_there() -> None:
    silent = [str(path.relative_to(ROOT)) for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_every_public_function_of_core_and_services_says_what_it_does() -> None:
    silent = []
    for path in FILES:
        if path.relative_to(ROOT).parts[1] not in ("core", "services"):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert silent == []


HIDDEN = {
    "core takes its chance as an argument": ({"secrets", "random"}, {"os.urandom", "random.", "secrets."}),
    "core takes its time as an argument": (set(), {"datetime.now", "date.today", "time.time"}),
}


@pytest.mark.parametrize("rule", HIDDEN)
def test_core_has_no_hidden_chance_or_time(rule: str) -> None:
    modules, calls = HIDDEN[rule]
    faults = []
    for path in (ROOT / "pb" / "core").rglob("*.py"):
        if path.name == "clock.py":
            continue  # the one place that reads the machine's time
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            if modules & set(names):
                faults.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Call) and any(ast.unparse(node.func).startswith(call) for call in calls):
                faults.append(f"{path.name}:{node.lineno}")
    assert faults == []


def test_only_transactions_commit() -> None:
    faults = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.name != "transactions.py" and ".commit()" in path.read_text()
    ]
    assert faults == []


def test_only_the_state_services_change_the_state_of_a_round_or_a_bid() -> None:
    faults = []
    for path in FILES:
        if path.name in ("round_states.py", "bid_states.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute) and target.attr == "state":
                        owner = ast.unparse(target.value)
                        if owner in ("bid", "the_bid", "round", "the_round", "round_"):
                            faults.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert faults == []


def test_web_asks_services_and_never_the_tables() -> None:
    faults = []
    for path in (ROOT / "pb" / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if module.split(".")[0] == "sqlalchemy" and module != "sqlalchemy.exc":
                faults.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {module}")
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "db.session":
                faults.append(f"{path.relative_to(ROOT)}:{node.lineno} uses db.session")
    assert faults == []
