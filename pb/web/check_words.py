"""What the check of a package asks, in words for residents; keys and English are those of `pb.core.checking.report`."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

CHECKS: dict[str, Any] = {
    "packing": _l("The package is packed as packages are, and every byte of it is accounted for."),
    "manifest": _l("The manifest is in its one canonical form."),
    "anchor": _l("The fingerprint is the one that was read into the minutes."),
    "files": _l("Every file is the one that the manifest names; none is missing, none was added."),
    "ballot": _l(
        "Rules, projects and costs are those that were fixed before the vote, and the order was drawn as told."
    ),
    "receipts": _l("There is one receipt for each valid ballot, each of them once."),
    "ballots": _l("Every published ballot is allowed by the rules, and together they have the published root."),
    "numbers": _l("The numbers of ballots, votes and points agree wherever they stand."),
    "account": _l("The ballot account comes out even, or says why not."),
    "recount": _l(
        "Counted again, every project has the same votes, rank, money and reason, and every tie goes as told."
    ),
    "money": _l("No pot gives more than it has."),
    "result": _l("The published result is that of the count and of the decisions."),
}
