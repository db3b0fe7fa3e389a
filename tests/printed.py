"""What a printed file is made with: the typefaces inside it."""

from __future__ import annotations

import subprocess

#: The typefaces that are shipped, under static/vendor.
SHIPPED = {"NotoSans-Regular", "NotoSans-Bold", "NotoSansMono-Bold"}


def fonts_of(pdf: bytes) -> set[str]:
    """The names of the fonts of a PDF without their six letters for the part that is used; all must be inside it."""
    told = subprocess.run(["pdffonts", "-"], input=pdf, check=True, capture_output=True).stdout.decode()
    rows = [line.split() for line in told.splitlines()[2:]]
    assert all("yes" in row for row in rows), told
    return {row[0].partition("+")[2] for row in rows}
