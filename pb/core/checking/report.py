"""The checks themselves, in order, and what each of them found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pb.core.checking.counting import recount
from pb.core.checking.forms import CannotTell, Wrong, digest_from, fingerprint_words, read, sha256, written
from pb.core.checking.marking import must
from pb.core.checking.package import FORMAT, MANIFEST, Package
from pb.core.checking.packing import unpacked

Data = dict[str, Any]
HELD, FAILED, NOT_MADE = "held", "failed", "not_made"

#: Every check with what it asks, in the order in which they are made.
CHECKS: dict[str, str] = {
    "packing": "The package is packed as packages are, and every byte of it is accounted for.",
    "manifest": "The manifest is in its one canonical form.",
    "anchor": "The fingerprint is the one that was read into the minutes.",
    "files": "Every file is the one that the manifest names; none is missing, none was added.",
    "ballot": "Rules, projects and costs are those that were fixed before the vote, and the order was drawn as told.",
    "receipts": "There is one receipt for each valid ballot, each of them once.",
    "ballots": "Every published ballot is allowed by the rules, and together they have the published root.",
    "numbers": "The numbers of ballots, votes and points agree wherever they stand.",
    "account": "The ballot account comes out even, or says why not.",
    "recount": "Counted again, every project has the same votes, rank, money and reason, and every tie goes as told.",
    "money": "No pot gives more than it has.",
    "result": "The published result is that of the count and of the decisions.",
}
LONGEST_NOTE = 300
MISSHAPEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass
class Report:
    """What was found: each check's state, what failed or could not be made, and the fingerprint."""

    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(CHECKS, NOT_MADE))
    notes: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    #: What was checked, once its manifest and its files are those that belong together.
    package: Package | None = None

    @property
    def words(self) -> str:
        """The fingerprint as eight words."""
        return fingerprint_words(self.digest) if self.digest else ""

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return FAILED not in self.states.values()

    def make(self, check: str, what: Callable[[], None]) -> bool:
        """Make one check and keep what it found."""
        try:
            what()
            self.states[check] = HELD
        except CannotTell as reason:
            self.states[check], self.notes[check] = NOT_MADE, in_one_line(reason)
        except Wrong as fault:
            self.states[check], self.notes[check] = FAILED, in_one_line(fault)
        except MISSHAPEN:
            self.states[check], self.notes[check] = FAILED, "something is missing, or not of the kind that it should be"
        return self.states[check] == HELD


def in_one_line(told: Exception) -> str:
    """What a check says, without anything by which a name in a forged package could write lines of its own."""
    text = "".join(each if each.isprintable() else "?" for each in str(told))
    return text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]}…"


def examine(data: bytes | dict[str, bytes], anchor: str = "", whole: bytes | None = None) -> Report:
    """Check a package: the bytes of its zip file, or its files by name. `anchor`: words or figures from the minutes.

    `whole` is the file with every ballot that a scrutineer was given, where the package itself does not have it.
    """
    report, files = Report(), {}

    def unpack() -> None:
        files.update(unpacked(data) if isinstance(data, bytes) else data)
        must(MANIFEST in files, "there is no manifest.json in it")

    if not report.make("packing", unpack):
        return report
    report.digest = sha256(files[MANIFEST])
    report.make("anchor", lambda: _anchored(report.digest, anchor))
    package = Package(files, {}, whole)

    def manifest() -> None:
        package.manifest = read(files[MANIFEST], MANIFEST)
        must(package.manifest["format"] == FORMAT, "it is a package of another kind than this program knows")

    if report.make("manifest", manifest) and report.make("files", lambda: _files(package)):
        report.package = package
        for name, check in _REST.items():
            report.make(name, lambda check=check: check(package))  # type: ignore[misc]
    return report


def _anchored(digest: str, anchor: str) -> None:
    if not anchor.strip():
        raise CannotTell("no fingerprint was given: compare the words with the minutes yourself")
    must(digest_from(anchor) == digest, "the fingerprint of this package is another one")


def _files(package: Package) -> None:
    told = package.manifest["files"]
    must({*told, MANIFEST} == set(package.files), "there are other files in it than the manifest names")
    for name, about in told.items():
        content = package.files[name]
        same = (len(content), sha256(content)) == (about["bytes"], about["sha256"])
        must(same, f"{name} is not the file that the manifest names")
    if package.whole is not None:
        about = package.manifest.get("withheld", told.get("ballots.jsonl"))
        same = (len(package.whole), sha256(package.whole)) == (about["bytes"], about["sha256"])
        must(same, "the ballots that you were given are not those that the manifest names")


def _ballot(package: Package) -> None:
    fixed = package.ballot
    must(sha256(written(fixed)) == package.manifest["ballot_sha256"], "the fixed ballot has another fingerprint")
    keys = [each["key"] for each in fixed["projects"]]
    must(len(set(keys)) == len(keys), "a project is on the ballot twice")
    if "order_seed" in fixed:
        seed = fixed["order_seed"]
        drawn = sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}|{key}".encode()).hexdigest(), key))
        told = [each["key"] for each in sorted(fixed["projects"], key=lambda each: each["number"])]
        must(drawn == told, "the order of the projects is not the one that the seed draws")


def _receipts(package: Package) -> None:
    lines = package.files["receipts.txt"].decode("ascii").splitlines(keepends=True)
    shaped = all(re.fullmatch("[0-9A-Z*~$=]{13}\n", line) for line in lines)
    must(shaped and lines == sorted(set(lines)), "receipts.txt is misshapen, or holds a receipt twice")
    must(len(lines) == package.manifest["opening"]["valid"], "there are not as many receipts as valid ballots")


def _ballots(package: Package) -> None:
    for pot in package.manifest["pots"]:
        if package.level(pot) == "full":
            package.tally(pot)
    must(package.root() == package.manifest["ballot_root"], "the ballots do not have the root that was published")


def _numbers(package: Package) -> None:
    opening, count = package.manifest["opening"], package.manifest["count"]
    opened = opening["valid"] + sum(opening["invalid"].values()) + _audited(package)
    must(opened == opening["envelopes"], "envelopes do not add up")
    must(set(count["outcome"]["pots"]) == set(package.amounts), "the count is of other pots")
    for pot in package.manifest["pots"]:
        outcome = count["outcome"]["pots"][pot["key"]]
        must(opening["sections"].get(pot["key"], 0) == pot["ballots"], "a pot has other ballots than were opened")
        must(pot["ballots"] == outcome["ballots"], "ballots do not add up")
        if pot["level"] == "order":
            _silent(outcome)
            continue
        tally = package.tally(pot)
        told = (pot["ballots"], pot["marked"])
        must(told == (tally.ballots, tally.marked) == (outcome["ballots"], outcome["marked"]), "ballots do not add up")
        must(pot["marked"] <= pot["ballots"] <= opening["valid"], "a pot has more ballots than there are")
        for each in outcome["projects"]:
            sums = tally.sums[each["id"]]
            must((each["votes"], each["score"]) == (sums.votes, sums.score), "votes or points do not add up")


def _audited(package: Package) -> int:
    """How many envelopes were audit cards; the list must be the one that was fixed before the vote."""
    audit, told = package.manifest.get("audit"), int(package.manifest["opening"].get("audit", 0))
    if not audit or audit["given_up"]:
        must(told == 0, "there are audit cards, and no list of them")
        return 0
    listed, found = package.files["audit-cards.txt"], audit["compared"]
    must(sha256(listed) == audit["sha256"], "the list of audit cards is not the one that was fixed")
    must(len(found) == audit["cards"], "an audit card is missing from the comparison, or there is one too many")
    counts = {key: sum(each["found"] == key for each in found) for key in audit["counts"]}
    must(counts == audit["counts"] and sum(counts.values()) == len(found), "the audit cards do not add up")
    alike = sum(each["planned"] == each["read"] for each in found)
    must(alike >= counts["alike"] and told == len(found) - counts["missing"], "the audit cards do not add up")
    return told


def _silent(outcome: Data) -> None:
    """Where only the order may be told, no number of the vote stands anywhere."""
    told = [outcome["marked"], *(each[name] for each in outcome["projects"] for name in ("votes", "score"))]
    must(all(each is None for each in told), "a pot tells votes that may not be told")


def _account(package: Package) -> None:
    must(bool(package.manifest["account"]), "there is no ballot account")
    for line in package.manifest["account"]:
        even = line["left"]["amount"] == sum(each["amount"] for each in line["right"])
        must(even or bool(line["explained"]), "a line of the ballot account does not come out even")


def _money(package: Package) -> None:
    outcomes = package.manifest["count"]["outcome"]["pots"]
    for key, outcome in outcomes.items():
        given = sum(each["amount"] + each["top_up"] - each["reserve"] for each in outcome["projects"])
        must(given == outcome["spent"] <= outcome["budget"], f"pot {key} is overspent, or its sums are wrong")
        for each in outcome["projects"]:
            must(0 <= each["amount"] <= each["cost"], f"{each['id']} gets more than it asked for")
    budgets = sum(each["budget"] for each in outcomes.values())
    must(budgets == sum(package.amounts.values()), "the pots together have more or less than was fixed")


def _result(package: Package) -> None:
    result, manifest = package.result, package.manifest
    must(result["count"]["outcome_sha256"] == manifest["count"]["sha256"], "the result is that of another count")
    about = result["round"]
    for name in ("ballot_sha256", "sealed_root", "ballot_root"):
        must(about[name] == manifest[name], "the result names other fingerprints")
    must(result["turnout"]["ballots"] == manifest["opening"]["valid"], "the result tells of other ballots")
    must(result["turnout"]["invalid"] == manifest["opening"]["invalid"], "the result tells of other invalid ballots")
    must(result["turnout"]["channels"] == manifest["channels"], "the result tells of other channels")
    must(result["moves"] == manifest["count"]["outcome"]["moves"], "the result moves other money")
    must([pot["key"] for pot in result["pots"]] == list(package.amounts), "the result is of other pots")
    for pot in result["pots"]:
        _result_of_pot(pot, package)


def _result_of_pot(pot: Data, package: Package) -> None:
    outcome = package.manifest["count"]["outcome"]["pots"][pot["key"]]
    counted = {each["id"]: each for each in outcome["projects"]}
    must({each["key"] for each in pot["projects"]} == set(counted), "the result is of other projects")
    must(len(pot["projects"]) == len(counted), "the result names a project twice")
    for each in pot["projects"]:
        own = counted[each["key"]]
        for name in ("rank", "votes", "score", "measure", "award", "cost"):
            must(each[name] == own[name], f"the result says something else of {each['key']} than the count")
        must(each["counted"] == own["amount"] + own["top_up"], f"the result gives {each['key']} another amount")
        must(each["amount"] == (each["decision"] or {"amount": 0})["amount"], "an amount is not the one decided")
    given = sum(each["amount"] for each in pot["projects"])
    helped = sum(counted[each["key"]]["reserve"] for each in pot["projects"] if each["amount"])
    must(given == pot["awarded"] <= outcome["budget"] + helped, "more is given out than the pot holds")
    must(pot["budget"] == outcome["budget"] and pot["ballots"] == outcome["ballots"], "a pot's numbers differ")


_REST: dict[str, Callable[[Package], None]] = {
    "ballot": _ballot,
    "receipts": _receipts,
    "ballots": _ballots,
    "numbers": _numbers,
    "account": _account,
    "recount": recount,
    "money": _money,
    "result": _result,
}
