"""The META section: every key is kept; those that count are checked where they stand."""

from __future__ import annotations

from pb.core.pabulib.sheet import Sheet

MOST_KEYS = 1_000
NEEDED = ("budget", "vote_type", "num_projects", "num_votes")
AMOUNTS = ("budget", "min_sum_cost", "max_sum_cost")
SIGNED = ("min_points", "max_points", "default_score")
MARKERS = ("fully_funded", "experimental")
NUMBERS = (
    "num_projects", "num_votes", "min_length", "max_length", "min_sum_points", "max_sum_points",
    "min_project_score_threshold",
)  # fmt: skip


def read_meta(sheet: Sheet) -> dict[str, str]:
    """Read META up to PROJECTS. A key without a value is kept as empty, and means that nothing is said.

    Raises BadFile `bad_header`, `bad_row`, `bad_number`, `negative`, `duplicate_key`, `missing`, `too_much`.
    """
    sheet.begin("META")
    if sheet.header("key", "value") != ("key", "value"):
        sheet.rows.fail("bad_header", "this line should be key;value")
    meta: dict[str, str] = {}
    for row in sheet.until("PROJECTS"):
        key, value = (cell.strip() for cell in sheet.fitted(row, 2))
        if key in meta:
            sheet.rows.fail("duplicate_key", "%(key)s is given twice", key=key[:40])
        if len(meta) >= MOST_KEYS:
            sheet.rows.fail("too_much", "there are far too many lines in META")
        meta[key] = value
        _check(sheet, key, value)
    for key in NEEDED:
        if not meta.get(key):
            sheet.rows.fail("missing", "META does not say %(key)s", key=key)
    return meta


def _check(sheet: Sheet, key: str, value: str) -> None:
    if value and key in (*AMOUNTS, *NUMBERS, *SIGNED):
        sheet.amount(value, key, 1, signed=key in SIGNED)
    if key in MARKERS and value != "1":
        sheet.note(f"{key} should be 1, or not be there")
    if key == "scoring_fn" and value.casefold() not in ("", "borda"):
        sheet.note("this scoring function is not known here; places count as in Borda’s")
