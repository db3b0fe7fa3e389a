"""Reading .pb files: nothing is guessed, and every fault has its line and column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO

from pb.core.ballots.ranked import RANK_POINTS
from pb.core.election import Instance, Profile
from pb.core.pabulib.ballots import VOTE_TYPES, vote_type_of
from pb.core.pabulib.bulk import read_bulk
from pb.core.pabulib.file import PbFile, Table
from pb.core.pabulib.meta import read_meta
from pb.core.pabulib.projects import read_projects
from pb.core.pabulib.sheet import Sheet
from pb.core.pabulib.source import Source
from pb.core.pabulib.votes import Repeats, Votes
from pb.core.rules.support import add_up


def read(stream: BinaryIO, *, keep_voters: bool = False, repeats: Repeats = "count", bulk: bool = True) -> PbFile:
    """Read a .pb file from a stream of bytes, which may be a pipe.

    `keep_voters` keeps every row of VOTES (to write the file again). `repeats` says what becomes of a ballot that
    names a project twice: `count` counts it twice, as the published totals do; `once` counts its first mention;
    `refuse` refuses the file. Approvals are read in bulk, which gives the same file sooner; where anything about
    them is odd, or without `bulk`, row by row.

    Raises BadFile, whose code is one of `empty`, `not_utf8`, `line_too_long`, `bad_quotes`, `bad_section`,
    `bad_header`, `bad_row`, `bad_number`, `missing`, `duplicate_key`, `duplicate_project`, `duplicate_voter`,
    `negative`, `unknown_project`, `repeated_project`, `unknown_vote_type`, `cut_off`, `too_much`.
    """
    source = Source(stream)
    sheet = Sheet(source)
    meta = read_meta(sheet)
    table, instance = read_projects(sheet, meta)
    vote_type = vote_type_of(meta, len(instance.projects), instance.scale)
    if vote_type is None:
        sentence = "vote_type is “%(found)s” and should be one of %(types)s"
        found = meta["vote_type"][:40]
        sheet.rows.fail("unknown_vote_type", sentence, found=found, types=", ".join(VOTE_TYPES))
    votes = Votes(sheet, instance, vote_type, repeats, keep_voters)
    columns, said = votes.columns(), meta["num_votes"]
    profile = read_bulk(source, instance, vote_type, columns, said) if bulk and not keep_voters else None
    voters = Table(columns)
    if profile is None:
        voters, profile = votes.read(columns, said), votes.profile(packed=bulk)
    file = PbFile(meta, table, instance, profile, voters, tuple(sheet.notes))
    return _with_published_ranks(file) if profile.ballot_type == "ranked" else file


def _with_published_ranks(file: PbFile) -> PbFile:
    """Count places the other way if only that gives the published scores; files differ, and META does not say."""
    published = file.published("score")
    if published is None or _scores(file.instance, file.profile) == published:
        return file
    ranked: Any = file.profile.settings
    for key, _ in RANK_POINTS:
        profile = replace(file.profile, settings=replace(ranked, points=key))
        if _scores(file.instance, profile) == published:
            return replace(file, profile=profile)
    return file


def _scores(instance: Instance, profile: Profile) -> dict[str, int]:
    return {key: support.score for key, support in add_up(instance, profile).support.items()}
