"""A paper with a section for each pot: the largest, what is wrong with one, the one way to write it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.approval import Approval, ApprovalSettings
from pb.core.election import Instance, Project
from pb.core.papers import PaperRules
from pb.core.sealing import PaperContent, pack

NORTH = Instance((Project("bench", 100), Project("hall", 200)), 250)
SOUTH = Instance((Project("pond-with-a-long-key", 300),), 300)
RULES = PaperRules(Approval(), ApprovalSettings(most=2), {"north": NORTH, "south": SOUTH})


def test_a_paper_within_the_limits_has_no_fault() -> None:
    assert RULES.faults({"north": {"approved": ["hall", "bench"]}, "south": {}}) == {}


def test_each_section_is_told_its_own_fault() -> None:
    faults = RULES.faults({"north": {"approved": ["pond-with-a-long-key"]}, "west": {}, "south": {"approved": 3}})
    codes = {pot: [fault.code for fault in found] for pot, found in faults.items()}
    assert codes == {"north": ["unknown_project"], "west": ["unknown_section"], "south": ["unreadable"]}


def test_papers_that_mean_the_same_are_written_the_same() -> None:
    one = RULES.normalised({"north": {"approved": ["hall", "bench"]}, "south": {"approved": []}})
    assert one == RULES.normalised({"south": {}, "north": {"approved": ["bench", "hall"]}})
    assert one["south"] == {}


@given(
    st.lists(st.sampled_from(["bench", "hall"]), unique=True),
    st.booleans(),
    st.integers(1, 999),
    st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=13, max_size=13),
)
def test_no_paper_is_larger_than_the_largest(north: list[str], south: bool, version: int, receipt: str) -> None:
    sections = {
        "north": {"approved": sorted(north)},
        "south": {"approved": ["pond-with-a-long-key"]} if south else {},
    }
    assert len(pack(PaperContent(sections, receipt, version))) <= RULES.largest()
