"""A small .pb file for tests, and ways to spoil it."""

from __future__ import annotations

from io import BytesIO

from pb.core.pabulib import PbFile, read

SAMPLE = """META
key;value
description;Riverside ward fund 2026 (invented)
country;United Kingdom
unit;Exampleton
subunit;Riverside
instance;2026
num_projects;5
num_votes;6
budget;30000
vote_type;approval
rule;greedy
date_begin;02.03.2026
date_end;20.03.2026
min_length;1
max_length;3
language;en
currency;GBP
PROJECTS
project_id;cost;votes;name;category;beneficiaries;selected
a1;9000;4;Playground repair;public space;children,families;1
a2;12500;3;Community kitchen;welfare;seniors;1
a3;6000;2;Bike racks;transport;adults;1
a4;15000;3;"Footpath lights; river walk";public space;adults;0
a5;4000;2;Tool library;environment;adults;0
VOTES
voter_id;vote;age;sex;voting_method;neighborhood
1;a1,a2;34;F;internet;North
2;a1,a4;52;M;paper;South
3;a2,a5;41;F;internet;North
4;a1,a3,a4;27;M;internet;South
5;a1,a2,a5;68;F;paper;North
6;a3,a4;19;O;internet;South
"""


def spoilt(*changes: tuple[str, str]) -> str:
    """The sample with parts of its text exchanged; each part must be in it once."""
    text = SAMPLE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def loaded(text: str | bytes, **options: object) -> PbFile:
    """Read a file from its text."""
    return read(BytesIO(text.encode() if isinstance(text, str) else text), **options)  # type: ignore[arg-type]
