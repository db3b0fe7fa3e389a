"""Packages of made-up rounds, any number of them, the same from the same seed; and ways to spoil one."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import Browser, Route

from pb.core.allocation import ALLOCATIONS, AllocationSettings, Response
from pb.core.ballots import BALLOT_TYPES
from pb.core.ballots.approval import ApprovalSettings
from pb.core.ballots.knapsack import KnapsackSettings
from pb.core.ballots.points import PointsSettings
from pb.core.ballots.ranked import RankedSettings
from pb.core.ballots.scoring import ScoringSettings
from pb.core.canonical import canonical, digest
from pb.core.checking.packing import unpacked
from pb.core.codes import ALPHABET
from pb.core.disclosure import Level, disclosure, merged
from pb.core.draw import drawn_order
from pb.core.election import Choices, Instance, Profile
from pb.core.errors import Refusal
from pb.core.frozen import instances_from
from pb.core.package import BallotLine, account_line, ballot_files, complete, receipts_file, scores_of_pot, zipped
from pb.core.reconciliation import BoxNumbers, OpenedNumbers, equations
from pb.core.rules import RULES, Facts, Method, Thresholds
from pb.core.rules.greedy import GreedyOptions, NoOptions
from pb.core.rules.tiebreak import LOT, TIE_STEPS
from pb.core.surplus import SURPLUS_RULES, PotCount, PotsOutcome, count_pots
from pb.core.unsealing import ballot_root
from pb.core.withholding import shown

Data = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
#: Pots with fewer ballots tell only the order: few enough here that most rounds can be counted again.
LEAST = 3
STEPS = sorted(set(TIE_STEPS) - {LOT})


@dataclass(frozen=True)
class Made:
    """A package: its files by name, the fingerprint that stands in the minutes, and every ballot, for scrutineers."""

    files: dict[str, bytes]
    anchor: str
    ballots: bytes

    @property
    def zip(self) -> bytes:
        """Its zip file."""
        return zipped(self.files)


def a_package(seed: int, rule: str = "", *, most_ballots: int = 40, alike: bool | None = None) -> Made:
    """A round that was fixed, voted on, counted, decided as recommended and published, all of it from `seed`.

    Counted by `rule`, with options drawn for it; by one of the two greedy rules where none is named.
    """
    chance = Random(seed)
    kind = chance.choice(sorted(BALLOT_TYPES))
    if rule and RULES[rule].ballot_types:
        kind = Random(seed).choice(sorted(RULES[rule].ballot_types))
    settings = _settings(chance, kind)
    fixed = _fixed(chance, kind, settings)
    instances = instances_from(fixed)
    ballots = _ballots(
        chance, kind, settings, instances, most_ballots, chance.random() < 0.5 if alike is None else alike
    )
    profiles = {key: Profile.of(kind, settings, ballots[key]) for key in instances}
    method = _by(rule, _method(chance, kind), Random(seed))
    fixed["method"] = method.to_json()
    counted = _counted(chance, instances, profiles, method, fixed["surplus"])
    return _put_together(chance, fixed, instances, profiles, ballots, counted, method)


def a_city(seed: int, rule: str, ballots: int) -> Made:
    """A round of a whole city: £1,000,000, forty projects, up to five of them chosen, few enough patterns to be public."""
    chance, settings = Random(seed), ApprovalSettings(most=5)
    fixed = _fixed(chance, "approval", settings)
    keys = [f"YD-{at:02}" for at in range(40)]
    places = drawn_order(fixed["order_seed"], keys)
    fixed["pots"] = [{"key": "city", "name": "City", "area": "", "theme": "", "amount": 100_000_000}]
    fixed["projects"] = [
        {**_project(chance, "0", at), "key": key, "pot": "city", "number": at, "minimum": None, "boost": False,
         "cost": chance.randint(5, 100) * 100_000}
        for at, key in enumerate(places, 1)
    ]  # fmt: skip
    method = Method(rule, RULES[rule].options_type(), ties=("cheaper", "more_votes", LOT))
    fixed.update(method=method.to_json(), surplus="return")
    instances = instances_from(fixed)
    wanted = [chance.random() ** 2 for _key in keys]
    patterns = [sorted(set(chance.choices(keys, wanted, k=5))) for _ in range(ballots // 30)]
    sections: list[Choices] = [{"approved": patterns[at % len(patterns)]} for at in range(ballots)]
    profiles = {"city": Profile.of("approval", settings, sections)}
    counted = _counted(chance, instances, profiles, method, "return")
    return _put_together(chance, fixed, instances, profiles, {"city": sections}, counted, method)


def _settings(chance: Random, kind: str) -> Any:
    few = chance.choice([None, 1, 2, 3])
    return {
        "approval": lambda: ApprovalSettings(
            most=few, per_category=chance.choice([None, None, 1, 2]), boost=chance.random() < 0.4
        ),
        "knapsack": lambda: KnapsackSettings(cap=chance.choice([None, 20]), most=few),
        "ranked": lambda: RankedSettings(most=few or 3, points=chance.choice(["places", "ranked"])),
        "points": lambda: PointsSettings(total=chance.randint(1, 6), most=few),
        "scoring": lambda: ScoringSettings(
            lowest=chance.randint(-1, 1),
            highest=chance.randint(2, 5),
            score_all=False,
            default=chance.choice([0, 0, 1]),
        ),
    }[kind]()


def _fixed(chance: Random, kind: str, settings: Any) -> Data:
    """The frozen ballot, as the lock would make it."""
    pots = [
        {"key": f"pot-{at}", "name": f"Ward {at}", "area": "", "theme": "", "amount": chance.randint(0, 40)}
        for at in range(chance.randint(1, 3))
    ]
    projects = [_project(chance, pot["key"], at) for pot in pots for at in range(chance.randint(1, 6))]
    seed = f"{chance.getrandbits(128):032x}"
    places = {key: at for at, key in enumerate(drawn_order(seed, [each["key"] for each in projects]), 1)}
    for each in projects:
        each["number"] = places[each["key"]]
    return {
        "format": "you-decide-ballot-1",
        "round": {"id": 1, "slug": "a-round", "title": "Pénarth “A” 🌳", "currency": "GBP", "scale": 100},
        "version": 1,
        "ballot": {"type": kind, "settings": settings.to_json()},
        "surplus": chance.choice(sorted(SURPLUS_RULES)),
        "pots": pots,
        "projects": sorted(projects, key=lambda each: each["number"]),
        "order_seed": seed,
    }


def _project(chance: Random, pot: str, at: int) -> Data:
    cost = chance.choice([0, *range(1, 15)])
    return {
        "key": f"YD-{pot[-1]}{at}{chance.choice(['', 'é', '🌳', 'z'])}",
        "pot": pot,
        "title": f"Project {at}",
        "cost": cost,
        "minimum": chance.choice([None, chance.randint(0, cost)]),
        "category": chance.choice(["north", "south"]),
        "boost": chance.random() < 0.5,
    }


def _ballots(
    chance: Random, kind: str, settings: Any, instances: dict[str, Instance], most: int, alike: bool
) -> dict[str, list[Choices]]:
    """Sections by pot; all of few patterns where they should be `alike`."""
    found: dict[str, list[Choices]] = {}
    for key, instance in instances.items():
        size = chance.choice([0, chance.randint(0, most), most])
        patterns = [_choices(chance, kind, settings, instance) for _ in range(3 if alike else max(1, size))]
        found[key] = [patterns[at % len(patterns)] for at in range(size)]
    return found


def _choices(chance: Random, kind: str, settings: Any, instance: Instance) -> Choices:
    """A valid section, perhaps with no choices at all."""
    type_ = BALLOT_TYPES[kind]
    ids = chance.sample(sorted(instance.by_id), chance.randint(0, len(instance.projects)))
    while True:
        made: Data = {
            "approval": lambda ids=ids: {"approved": ids, **_boost(chance, settings, instance)},
            "knapsack": lambda ids=ids: {"chosen": ids},
            "ranked": lambda ids=ids: {"ranking": ids},
            "points": lambda ids=ids: {"points": {each: chance.randint(1, settings.total) for each in ids}},
            "scoring": lambda ids=ids: {
                "scores": {each: chance.randint(settings.lowest, settings.highest) for each in ids}
            },
        }[kind]()
        if type_.is_empty(made):
            return {}
        if not type_.faults(made, instance, settings):
            return type_.normalised(made)
        ids = ids[:-1]


def _boost(chance: Random, settings: Any, instance: Instance) -> Data:
    marked = sorted(each.id for each in instance.projects if each.tags)
    return {"boost": chance.choice(marked)} if settings.boost and marked and chance.random() < 0.5 else {}


def _method(chance: Random, kind: str) -> Method:
    by_average = kind == "scoring" and chance.random() < 0.5
    options = GreedyOptions("average" if by_average else "total", chance.choice([0, 2]))
    allocation = chance.choice(sorted(ALLOCATIONS))
    reserve = chance.choice([None, 50, 80]) if allocation == "stop" else None
    return Method(
        *(("greedy-per-cost", NoOptions()) if chance.random() < 0.25 else ("greedy", options)),
        AllocationSettings(allocation, reserve, chance.random() < 0.3),
        Thresholds(
            chance.choice([0, 1, 3]),
            chance.choice([None, 10, 40]),
            chance.choice([None, 40]),
            chance.choice([None, None, 3]),
        ),
        (*chance.sample(STEPS, chance.randint(0, 3)), LOT),
    )


def _by(rule: str, method: Method, chance: Random) -> Method:
    """A method with another rule, and options drawn for it."""
    if not rule:
        return method
    drawn: Data = {}
    for each in RULES[rule].options_type.described():
        values = {"yes_no": [False, True], "choice": [key for key, _label in each.choices], "number": [1, 2, 5]}
        drawn[each.name] = chance.choice(values[each.kind])
    return replace(method, rule=rule, options=RULES[rule].options_type.from_json(drawn))


def _counted(
    chance: Random, instances: dict[str, Instance], profiles: dict[str, Profile], method: Method, surplus: str
) -> PotsOutcome:
    """The count with withdrawals, answers, and lots drawn wherever a tie asks for one."""
    facts = {key: _facts(chance, instance) for key, instance in instances.items()}
    while True:
        pots = [PotCount(key, each, profiles[key], method, facts[key]) for key, each in instances.items()]
        try:
            return count_pots(pots, surplus)
        except Refusal as refusal:
            tied = list(refusal.fault.params["ids"])  # type: ignore[call-overload]
            chance.shuffle(tied)
            key = next(key for key, each in instances.items() if tied[0] in each.by_id)
            before = facts[key]
            facts[key] = Facts(before.withdrawn, (*before.lots, tuple(tied)), before.responses)


def _facts(chance: Random, instance: Instance) -> Facts:
    ids = sorted(instance.by_id)
    withdrawn = {each: "The group withdrew it." for each in ids if chance.random() < 0.1}
    answers = {each: Response(chance.random() < 0.5, chance.randint(0, 15)) for each in ids if chance.random() < 0.6}
    return Facts(withdrawn, (), answers)


def _put_together(
    chance: Random, fixed: Data, instances: dict[str, Instance], profiles: dict[str, Profile],
    ballots: dict[str, list[Choices]], counted: PotsOutcome, method: Method,
) -> Made:  # fmt: skip
    levels = {key: disclosure(profile, LEAST) for key, profile in profiles.items()}
    rows = [(chance.randbytes(16), key, choices) for key, sections in ballots.items() for choices in sections]
    outcome = {
        "surplus": fixed["surplus"],
        "pots": {key: shown(each.to_json(), levels[key].level) for key, each in counted.outcomes.items()},
        "moves": [dict(each.__dict__) for each in counted.moves],
    }
    valid = max((len(each) for each in ballots.values()), default=0) + chance.randint(0, 2)
    opening = {
        "envelopes": valid + 1, "valid": valid, "invalid": {"seal": 1},
        "sections": {key: len(each) for key, each in ballots.items() if each},
    }  # fmt: skip
    roots = {
        "ballot_sha256": digest(fixed), "sealed_root": hashlib.sha256(b"sealed").hexdigest(),
        "ballot_root": ballot_root(rows),
    }  # fmt: skip
    channels = [each.to_json() for each in merged({"online": valid, "paper": 1})]
    result = _result(outcome, opening, channels, roots, profiles)
    manifest = {
        "software": {"name": "You Decide", "version": "0.1.0"},
        "publication": 1,
        "ballot": fixed,
        **roots,
        "opening": opening,
        "channels": channels,
        "account": _account(opening),
        "pots": [
            {
                "key": key, "level": shown.level.value, "sharing": shown.sharing,
                "ballots": profiles[key].size, "marked": outcome["pots"][key]["marked"],
            }
            for key, shown in levels.items()
        ],
        "count": {
            "number": 1, "rule": method.rule, "rule_version": "1", "outcome": outcome, "sha256": digest(outcome),
        },
    }  # fmt: skip
    lines = [BallotLine(key, pot, json.dumps(choices)) for key, pot, choices in rows]
    every = ballot_files(lines, dict.fromkeys(levels, Level.FULL))["ballots.jsonl"]
    if {each.level for each in levels.values()} != {Level.FULL}:
        manifest["withheld"] = {"bytes": len(every), "sha256": hashlib.sha256(every).hexdigest()}
    files = {
        "result.json": canonical(result),
        "receipts.txt": receipts_file({"".join(chance.choices(ALPHABET, k=13)) for _ in range(valid)}),
        **ballot_files(lines, {key: shown.level for key, shown in levels.items()}),
    }
    scores = {key: scores_of_pot(instances[key], profiles[key]) for key in levels if levels[key].level == "histogram"}
    if scores:
        files["histogram.json"] = canonical(scores)
    whole = complete(manifest, files)
    return Made(whole, hashlib.sha256(whole["manifest.json"]).hexdigest(), every)


def _account(opening: Data) -> list[Data]:
    numbers = BoxNumbers(
        batches=(), own_codes=opening["envelopes"], people=opening["envelopes"], code_alone=0,
        accepted=opening["envelopes"], held=0, rejected=0, without_code=0,
        opened=OpenedNumbers(
            opening["envelopes"], opening["valid"], opening["invalid"], opening["valid"], opening["sections"],
            opening["valid"], opening["sections"],
        ),
    )  # fmt: skip
    return [account_line(each) for each in equations(numbers)]


def _result(outcome: Data, opening: Data, channels: list[Data], roots: Data, profiles: dict[str, Profile]) -> Data:
    """A publication in which every decision followed the vote."""
    return {
        "format": "you-decide-result-1",
        "round": {"slug": "a-round", **roots},
        "count": {"outcome_sha256": digest(outcome)},
        "turnout": {"ballots": opening["valid"], "invalid": opening["invalid"], "channels": channels},
        "pots": [
            {
                "key": key, "budget": each["budget"], "ballots": profiles[key].size,
                "awarded": sum(one["amount"] + one["top_up"] for one in each["projects"]),
                "projects": [_decided(one) for one in each["projects"]],
            }
            for key, each in outcome["pots"].items()
        ],
        "moves": outcome["moves"],
    }  # fmt: skip


def _decided(one: Data) -> Data:
    amount = one["amount"] + one["top_up"]
    same = {name: one[name] for name in ("cost", "rank", "votes", "score", "measure", "award")}
    return {"key": one["id"], **same, "counted": amount, "amount": amount, "decision": {"amount": amount}}


def honest(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that names them as they are now: what somebody on the inside would write."""
    manifest = json.loads(files["manifest.json"])
    others = {name: content for name, content in files.items() if name != "manifest.json"}
    manifest.pop("format", None), manifest.pop("files", None)
    return complete(manifest, others)


Spoil = Callable[[Made, Random], bytes]


def a_byte(made: Made, chance: Random) -> bytes:
    """One bit of the zip file turned round."""
    data = bytearray(made.zip)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def a_piece(made: Made, chance: Random) -> bytes:
    """A piece of the zip file cut out, or written twice."""
    data, at = made.zip, chance.randrange(len(made.zip))
    length = chance.randint(1, 40)
    return data[:at] + (data[at : at + length] * 2 if chance.random() < 0.5 else b"") + data[at + length :]


def a_file(made: Made, chance: Random) -> bytes:
    """A file left out, added, renamed, emptied, or with a byte of it changed."""
    files = dict(made.files)
    name = chance.choice(sorted(files))
    way = chance.randrange(5)
    if way == 0:
        del files[name]
    elif way == 1:
        files["more.txt"] = b"more\n"
    elif way == 2:
        files[f"{name}2"] = files.pop(name)
    elif way == 3:
        files[name] += b"\n"
    else:
        content = bytearray(files[name] or b"x")
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(7)
        files[name] = bytes(content)
    return zipped(files) if files else b""


def a_number(made: Made, chance: Random) -> bytes:
    """A number somewhere in the manifest changed, everything else put right: a consistent rewrite."""
    files = dict(made.files)
    manifest = json.loads(files["manifest.json"])
    _change(manifest, chance)
    files["manifest.json"] = canonical(manifest)
    return zipped(files)


def a_ballot(made: Made, chance: Random) -> bytes:
    """A receipt or a line of ballots taken out, added or changed, with a manifest that names the files as they are."""
    files = dict(made.files)
    name = chance.choice([name for name in files if name.endswith((".txt", ".jsonl"))])
    lines = files[name].splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    if lines and chance.random() < 0.5:
        del lines[at % len(lines)]
    else:
        lines.insert(at, lines[at % len(lines)] if lines else b"0000000000000\n")
    files[name] = b"".join(lines)
    return zipped(honest(files))


def _change(data: Any, chance: Random) -> None:
    """Change one thing, however deep, in JSON data."""
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            places.append((value, key))
            if isinstance(each, dict | list):
                walk(each)

    walk(data)
    holder, key = chance.choice(places)
    old = holder[key]
    if isinstance(old, bool) or old is None:
        holder[key] = not old
    elif isinstance(old, int):
        holder[key] = old + chance.choice([-1, 1, 10])
    elif isinstance(old, str):
        holder[key] = old + "x"
    elif isinstance(old, list):
        holder[key] = old[:-1] if old else [0]
    else:
        holder[key] = {**old, "more": 1}


SPOILS: tuple[Spoil, ...] = (a_byte, a_piece, a_file, a_number, a_ballot)


def same_content(data: bytes, made: Made) -> bool:
    """Whether a zip file, spoilt or not, gives exactly the files of the package."""
    try:
        return unpacked(data) == made.files
    except Exception:  # noqa: BLE001 - it cannot be read at all
        return False


def examined_by_the_page(cases: Iterable[tuple[bytes, str]], browser: Browser) -> list[Data]:
    """What the checker of the page finds in each zip file, given an anchor: states, notes and digest."""
    context = browser.new_context()
    page = context.new_page()
    page.route("http://checker.test/**", _served)
    page.goto("http://checker.test/")
    page.evaluate("async () => { window.examine = (await import('/checker.js')).examine }")
    asked = """([data, anchor]) => window.examine(Uint8Array.from(atob(data), (each) => each.charCodeAt(0)), anchor)"""
    found: list[Data] = [page.evaluate(asked, [b64encode(data).decode(), anchor]) for data, anchor in cases]
    context.close()
    return found


def _served(route: Route) -> None:
    """The checker's own files, and an empty page to run them in."""
    name = route.request.url.rpartition("/")[2]
    if not name:
        route.fulfill(body="<!doctype html><title>Checker</title>", content_type="text/html")
    else:
        route.fulfill(path=ROOT / "static" / "js" / name, content_type="text/javascript")
