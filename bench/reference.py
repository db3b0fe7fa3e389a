"""The same count by the reference library, pabutools, in an interpreter that has it: run by `bench.counting`.

It needs nothing of ours, and uses what the library documents. Where ballots are grouped first, that is timed too.
"""

import json
import resource
import sys
from statistics import median
from time import process_time

from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import (
    completion_by_rule_combination,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
    sequential_phragmen,
)

TURNS = 5
ENOUGH = 1.0


def add1u(instance, profile):
    """Equal shares with rising shares, then most votes first."""
    rules = [method_of_equal_shares, greedy_utilitarian_welfare]
    options = [{"sat_class": Cost_Sat, "voter_budget_increment": 1}, {"sat_class": Cost_Sat}]
    return completion_by_rule_combination(instance, profile, rules, options)


WAYS = {
    "greedy": lambda instance, profile: greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat),
    "equal shares": lambda instance, profile: method_of_equal_shares(instance, profile, sat_class=Cost_Sat),
    "Add1u": add1u,
    "Phragmén": sequential_phragmen,
}


def turn(path, way, grouped):
    """Seconds for each step of one turn, and who won."""
    clock = [process_time()]
    instance, profile = parse_pabulib(path)
    clock.append(process_time())
    if grouped:
        profile = profile.as_multiprofile()
    clock.append(process_time())
    won = sorted(str(project) for project in WAYS[way](instance, profile))
    clock.append(process_time())
    steps = ("read", "group", way)
    return {step: clock[at + 1] - clock[at] for at, step in enumerate(steps)}, {way: won}


def main(path, way, form):
    """Take turns until they are enough, and print what they took."""
    turns = []
    start = process_time()
    while not turns or (len(turns) < TURNS and process_time() - start < ENOUGH):
        took, won = turn(path, way, form == "grouped")
        turns.append(took)
    seconds = {step: median(each[step] for each in turns) for step in turns[0]}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "won": won}))  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(*sys.argv[1:])
