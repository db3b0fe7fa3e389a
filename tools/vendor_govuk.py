"""Makes static/vendor/ and the test fixtures from the npm package of GOV.UK Frontend; standard library only.

    npm pack govuk-frontend@6.3.0
    python tools/vendor_govuk.py govuk-frontend-6.3.0.tgz

A council is not GOV.UK: the crest and the GDS Transport typeface, which only gov.uk may use, are left out.
Physical CSS (margin-left) becomes logical (margin-inline-start), so that right-to-left pages are right.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import re
import sys
import tarfile
from pathlib import Path

VERSION = "6.3.0"
INTEGRITY = "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="
PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "static" / "vendor" / f"govuk-frontend-{VERSION}"
FIXTURES = PROJECT / "tests" / "web" / f"govuk-frontend-{VERSION}-fixtures.json.gz"
INSIDE = "package/dist/govuk/"
FONT_STACK = "Arial,Helvetica,sans-serif"

SIDES = {"left": "start", "right": "end"}
# A declaration ends at ; or } outside quotation marks and brackets.
DECLARATION = re.compile(r"(?<=[{;])([a-z-]+):((?:[^;{}\"'()]|\"[^\"]*\"|'[^']*'|\((?:[^()]|\([^()]*\))*\))*)(?=[;}])")
RULE = re.compile(r"[^{}]*\{[^{}]*\}")


def logical(css: str) -> str:
    """The style sheet with start and end in place of left and right."""
    return DECLARATION.sub(lambda found: _declaration(found[1], found[2]), css)


def _declaration(name: str, value: str) -> str:
    for side, flow in SIDES.items():
        if name == side:
            return f"inset-inline-{flow}:{value}"
        if re.fullmatch(rf"(margin|padding|border)-{side}(-[a-z]+)?", name):
            return f"{name.replace(f'-{side}', f'-inline-{flow}')}:{value}"
        if name == "text-align" and value.startswith(side):
            return f"{name}:{value.replace(side, flow, 1)}"
        if name == "float" and value.startswith(side):  # older browsers keep the first and skip the second
            return f"{name}:{value};{name}:{value.replace(side, f'inline-{flow}', 1)}"
    return _four_sides(name, value) if name in {"margin", "padding"} else f"{name}:{value}"


def _four_sides(name: str, value: str) -> str:
    """`margin: top right bottom left` where right and left differ, as two logical declarations."""
    important = "!important" if value.endswith("!important") else ""
    parts = value.removesuffix("!important").split()
    if len(parts) != 4 or parts[1] == parts[3]:
        return f"{name}:{value}"
    top, right, bottom, left = parts
    return f"{name}-block:{top} {bottom}{important};{name}-inline:{left} {right}{important}"


def without_gov_uk(css: str) -> str:
    """The style sheet without the crest, the crown's typeface and any path below /assets/."""
    css = re.sub(r"/\*!? ?Copyright.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = RULE.sub(lambda rule: "" if "url(/assets/" in rule[0] else rule[0], css)
    css = re.sub(r"GDS Transport, ?arial, ?sans-serif", FONT_STACK, css, flags=re.IGNORECASE)
    return re.sub(r"/\*# sourceMappingURL.*?\*/", "", css).strip() + "\n"


def compact_fixtures(files: dict[str, bytes]) -> bytes:
    """Every component's example options with the HTML that npm's own templates make of them, compressed."""
    wanted = {
        path.split("/")[-2]: [
            {"name": case["name"], "options": case["options"], "html": case["html"]}
            for case in json.loads(data)["fixtures"]
        ]
        for path, data in sorted(files.items())
        if path.startswith(f"{INSIDE}components/") and path.endswith("/fixtures.json")
    }
    text = json.dumps(wanted, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def read_package(tarball: Path) -> dict[str, bytes]:
    """The files of the tarball by path. Raises SystemExit when it is not the package that npm published."""
    data = tarball.read_bytes()
    digest = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if digest != INTEGRITY:
        sys.exit(f"{tarball.name} is not govuk-frontend {VERSION} as published: {digest}")
    with tarfile.open(tarball) as package:
        members = [member for member in package.getmembers() if member.isfile()]
        return {member.name: package.extractfile(member).read() for member in members}  # type: ignore[union-attr]


def vendor(tarball: Path) -> None:
    """Write the style sheet, the script and the fixtures."""
    files = read_package(tarball)
    css = logical(without_gov_uk(files[f"{INSIDE}govuk-frontend.min.css"].decode()))
    script = re.sub(r"//# sourceMappingURL=.*", "", files[f"{INSIDE}govuk-frontend.min.js"].decode()).strip() + "\n"
    for text in (css, script):
        if "/assets/" in text or "GDS Transport" in text:
            sys.exit("a path below /assets/ or the typeface of gov.uk is left; mend without_gov_uk")
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "govuk-frontend.min.css").write_text(css, encoding="utf-8")
    (TARGET / "govuk-frontend.min.js").write_text(script, encoding="utf-8")
    FIXTURES.parent.mkdir(parents=True, exist_ok=True)
    FIXTURES.write_bytes(compact_fixtures(files))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tarball", type=Path)
    vendor(parser.parse_args().tarball)
