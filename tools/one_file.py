"""Write the checker of packages as one file that needs nothing but Python: `python tools/one_file.py`."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "static" / "check" / "check_package.py"
PARTS = (
    *(f"pb/core/checking/{name}.py" for name in
      ("forms", "packing", "marking", "money_line", "sheet", "ranking", "turn_by_turn", "flowing", "buying",
       "raising", "overspending", "best_set", "pots", "package", "counting", "report")),
    "pb/cli/check_package.py",
)  # fmt: skip
HEAD = '''"""Check the public package of a You Decide result. It needs Python 3.11 or newer and nothing else.

    python3 check_package.py package.zip --anchor "the eight words from the minutes"

It ends with 0 where everything holds, with 1 where something does not, and with 2 where nothing was checked: the file
cannot be read or is no package, or the words are no fingerprint.
It shares no code with the service that made the package. It is one file so that nothing need be installed; its parts,
each of them short, are put together from pb/core/checking:

%s
"""
'''
FOOT = """

if __name__ == "__main__":
    sys.exit(main())
"""


def one_file() -> str:
    """The parts one after the other: what they take from Python stands once at the top, from each other nowhere."""
    imports: dict[str, set[str]] = {}
    bodies, titles = [], []
    for part in PARTS:
        source = (ROOT / part).read_text(encoding="utf-8")
        tree = ast.parse(source)
        lines = source.splitlines(keepends=True)
        rest = [node for node in tree.body if not _is_head(node)]
        for node in tree.body:
            _collect(node, imports)
        first = rest[0]
        start = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", []))])
        while start > 1 and lines[start - 2].startswith("#"):
            start -= 1
        titles.append((ast.get_docstring(tree) or "").splitlines()[0])
        bodies.append(f"\n\n# {'-' * 117}\n# {titles[-1]}\n\n{''.join(lines[start - 1 :]).rstrip()}\n")
    contents = "\n".join(f"- {title}" for title in titles)
    return HEAD % contents + "\nfrom __future__ import annotations\n\n" + _written(imports) + "".join(bodies) + FOOT


def _is_head(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom)


def _collect(node: ast.stmt, imports: dict[str, set[str]]) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            imports.setdefault(alias.name, set())
    elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(("pb.", "__future__")):
        imports.setdefault(f"from {node.module}", set()).update(alias.name for alias in node.names)


def _written(imports: dict[str, set[str]]) -> str:
    plain = [f"import {name}\n" for name in sorted(imports) if not name.startswith("from ")]
    chosen = [f"{name} import {', '.join(sorted(names))}\n" for name, names in sorted(imports.items()) if names]
    return "".join([*plain, *chosen])


if __name__ == "__main__":
    TARGET.write_text(one_file(), encoding="utf-8")
