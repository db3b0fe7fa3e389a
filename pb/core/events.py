"""The kinds of event that the ledger takes, and which facts each one holds.

An event holds ids, counts, amounts, states and reasons; never a name, a contact, a code or a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: kind -> the names of the facts that an event of that kind holds.
EVENTS: dict[str, frozenset[str]] = {
    "account_added": frozenset({"roles"}),
    "account_changed": frozenset({"roles", "active"}),
    "signed_in": frozenset(),
    "password_set": frozenset(),
    "second_factor_set": frozenset(),
    "sessions_ended": frozenset({"count"}),
    "account_registered": frozenset(),
    "account_confirmed": frozenset(),
    "language_chosen": frozenset({"language"}),
    "password_link_sent": frozenset(),
    "second_factor_shown": frozenset(),
    "second_factor_reset": frozenset(),
    "recovery_codes_made": frozenset({"count"}),
    "recovery_code_used": frozenset({"left"}),
    "round_added": frozenset({"slug", "practice"}),
    "round_changed": frozenset({"fields"}),
    "assessment_saved": frozenset({"fields"}),
    "assessment_sent": frozenset(),
    "assessment_taken_back": frozenset(),
    "round_assessed": frozenset({"outcome", "reason", "clash_reason"}),
    "round_state": frozenset({"from", "to", "effective", "reason"}),
    "round_paused": frozenset({"reason", "until"}),
    "round_resumed": frozenset(),
    "area_added": frozenset({"population"}),
    "area_changed": frozenset({"fields"}),
    "postcodes_loaded": frozenset({"added", "areas"}),
    "pots_set": frozenset({"pots", "total"}),
    "areas_set": frozenset({"areas"}),
    "key_holder_appointed": frozenset({"account"}),
    "key_holder_ready": frozenset({"account"}),
    "key_holder_released": frozenset({"account"}),
    "lock_asked": frozenset({"sha256"}),
    "ballot_locked": frozenset({"version", "sha256", "projects", "seed"}),
    "withdrawal_asked": frozenset({"project", "reason"}),
    "project_withdrawn": frozenset({"project", "reason", "version", "sha256"}),
    "opening_rehearsed": frozenset({"holders", "missing"}),
    "box_destroyed": frozenset({"envelopes", "codes", "wrapped_keys", "holder_keys", "key_file"}),
    "names_destroyed": frozenset({"people"}),
    "backup_made": frozenset({"file", "sha256", "bytes"}),
    "organisation_added": frozenset(),
    "organisation_changed": frozenset({"fields"}),
    "bid_started": frozenset({"pot"}),
    "bid_saved": frozenset({"fields"}),
    "bid_state": frozenset({"from", "to", "reason"}),
    "check_answered": frozenset({"rule", "result", "reason"}),
    "check_confirmed": frozenset({"rule"}),
    "checks_run": frozenset({"results"}),
    "bid_marked": frozenset({"marked", "reason"}),
    "refusal_asked": frozenset({"reason"}),
    "refusal_returned": frozenset({"reason"}),
    "codes_made": frozenset({"batch", "count"}),
    "many_wrong_codes": frozenset({"minutes", "limit"}),
    "batch_revoked": frozenset({"batch", "count", "reason"}),
    "cards_asked": frozenset({"batch", "count"}),
    "cards_fetched": frozenset({"batch"}),
    "cards_deleted": frozenset({"batch", "reason"}),
    "cards_counted": frozenset({"batch", "printed", "handed_out", "returned_unused", "missing", "not_returned"}),
    "card_spoilt": frozenset({"batch"}),
    "lost_card_replaced": frozenset({"batch"}),
    "people_invited": frozenset({"count"}),
    "invitations_made": frozenset({"count", "way"}),
    "person_struck_off": frozenset({"reason"}),
    "person_put_back": frozenset(),
    "invitation_withdrawn": frozenset({"count"}),
    "duplicate_settled": frozenset({"accepted", "reason"}),
    "opening_approved": frozenset({"account"}),
    "box_opened": frozenset({"envelopes", "valid", "invalid", "receipts", "sealed_root"}),
    "box_sealed": frozenset({"sealed_root", "envelopes"}),
    "imbalance_explained": frozenset({"equation", "difference", "reason"}),
    "imbalance_confirmed": frozenset({"equation", "difference"}),
    "count_recorded": frozenset({"count", "rule", "rule_version", "instance", "profile", "outcome"}),
    "lot_recorded": frozenset({"projects", "order", "method"}),
    "count_certified": frozenset({"count"}),
    "offer_made": frozenset({"amount"}),
    "offer_answered": frozenset({"accepted", "amount"}),
    "interest_declared": frozenset({"bid"}),
    "bid_decided": frozenset({"bid", "amount", "agrees", "reason"}),
    "decision_published": frozenset({"decision"}),
    "support_added": frozenset({"bid"}),
    "support_agreed": frozenset({"bid"}),
    "help_offered": frozenset(),
    "release_asked": frozenset({"publication", "sha256", "reason"}),
    "result_published": frozenset({"publication", "sha256"}),
    "package_made": frozenset({"publication", "sha256", "size"}),
    "question_asked": frozenset({"route"}),
    "question_answered": frozenset(),
    "demo_begun": frozenset({"stage", "seed"}),
    "election_imported": frozenset({"projects", "ballots", "source_sha256"}),
}


def check_event(kind: str, facts: Mapping[str, Any]) -> None:
    """Raise ValueError unless `kind` is known and `facts` are among those it declares."""
    if kind not in EVENTS:
        msg = f"unknown kind of event: {kind}"
        raise ValueError(msg)
    stray = set(facts) - EVENTS[kind]
    if stray:
        msg = f"an event of kind {kind} may not hold {', '.join(sorted(stray))}"
        raise ValueError(msg)
