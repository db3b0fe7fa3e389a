"""The ways in which the bench counts, each as our method; the reference has the same ways by the same names."""

from __future__ import annotations

from typing import Any

from pb.core.rules import RULES, Method, method_from_json

TIES = ("cheaper", "more_votes", "published")
#: The variants that the reference library has, so that both count the same thing.
_WAYS: dict[str, dict[str, Any]] = {
    "greedy": {"rule": "greedy", "allocation": {"kind": "skip"}},
    "equal shares": {"rule": "equal-shares", "options": {"completion": "none"}},
    "Add1u": {
        "rule": "equal-shares",
        "options": {"completion": "add1u", "whole_start": False, "stop_at": "exhaustive", "look_at": "supported"},
        "allocation": {"kind": "skip"},
    },
    "Phragmén": {"rule": "phragmen", "options": {"misfit": "stop_any"}},
}
WAYS = tuple(way for way, method in _WAYS.items() if method["rule"] in RULES)


def method_of(way: str) -> Method:
    """The method of one of WAYS."""
    return method_from_json({**_WAYS[way], "ties": list(TIES)})
