"""The PROJECTS section: every column is kept; ids, costs and published counts are checked where they stand."""

from __future__ import annotations

from collections.abc import Mapping

from pb.core.canonical import LARGEST_NUMBER
from pb.core.election import Instance, Project
from pb.core.pabulib.amounts import Amount, parse_amount, scale_for
from pb.core.pabulib.file import Table
from pb.core.pabulib.meta import AMOUNTS
from pb.core.pabulib.sheet import Sheet

MOST_PROJECTS = 100_000


def read_projects(sheet: Sheet, meta: Mapping[str, str]) -> tuple[Table, Instance]:
    """Read PROJECTS up to VOTES: the section as it stands, and the instance that it and META make.

    Raises BadFile `bad_header`, `bad_row`, `bad_number`, `negative`, `duplicate_project`, `cut_off`, `too_much`.
    """
    columns = sheet.header("project_id", "cost")
    at_id, at_cost = columns.index("project_id"), columns.index("cost")
    counted = [columns.index(name) for name in ("votes", "score", "selected") if name in columns]
    rows: list[tuple[str, ...]] = []
    costs: dict[str, Amount] = {}
    for row in sheet.until("VOTES"):
        cells = sheet.fitted(row, len(columns))
        cells[at_id] = _new_id(sheet, cells[at_id], at_id, costs)
        costs[cells[at_id]] = sheet.amount(cells[at_cost], "the cost", at_cost)
        for at in counted:
            sheet.whole(cells[at], columns[at], at)
        rows.append(tuple(cells))
        if len(rows) > MOST_PROJECTS:
            sheet.rows.fail("too_much", "there are far too many projects")
    sheet.agree(meta["num_projects"], len(rows), "projects")
    table = Table(columns, tuple(rows))
    instance = _instance(meta, table, costs)
    if max(instance.budget, *(project.cost for project in instance.projects), 0) > LARGEST_NUMBER:
        sheet.rows.fail("bad_number", "the amounts in this file are too large for their number of decimals")
    return table, instance


def _new_id(sheet: Sheet, cell: str, at: int, taken: Mapping[str, Amount]) -> str:
    project_id = cell.strip()
    if not project_id or "," in project_id:
        sheet.rows.fail("bad_row", "a project's id cannot be empty or hold a comma", at)
    if project_id in taken:
        sheet.rows.fail("duplicate_project", "project %(id)s is there twice", at, id=project_id[:40])
    return project_id


def _instance(meta: Mapping[str, str], table: Table, costs: Mapping[str, Amount]) -> Instance:
    stated = {key: amount for key in AMOUNTS if (amount := parse_amount(meta.get(key, ""))) is not None}
    currency = meta.get("currency", "")
    scale = scale_for([*costs.values(), *stated.values()], currency)
    blank = ("",) * len(costs)
    names, categories = table.column("name") or blank, table.column("category") or blank
    projects = tuple(
        Project(project_id, cost.minor(scale), name, number=number, category=category)
        for number, ((project_id, cost), name, category) in enumerate(
            zip(costs.items(), names, categories, strict=True), start=1
        )
    )
    return Instance(projects, stated["budget"].minor(scale), currency, scale)
