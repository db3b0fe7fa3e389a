"""What whoever looks after the site must hear of before it stops: room on the disk, and whether it can be written."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field

import structlog

from pb.core.words import N_
from pb.extensions import present

log = structlog.get_logger()

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Trouble:
    """Something that will stop the site, or has: its code, a sentence with its numbers, and what to do."""

    code: str
    message: str
    params: dict[str, int] = field(default_factory=dict)


def free_megabytes() -> int:
    """How much room is left on the disk of the instance folder."""
    return shutil.disk_usage(present.settings.instance_path).free // MEGABYTE


def troubles() -> list[Trouble]:
    """What is wrong now with the disk that the database and the keys lie on; empty where nothing is.

    `little_room` comes long before the disk is full: nobody who votes has been refused yet.
    """
    if not os.access(present.settings.instance_path, os.W_OK):
        sentence = N_("The disk cannot be written. No ballot is taken until it can be: tell whoever runs the server.")
        return [Trouble("disk_read_only", sentence)]
    free, least = free_megabytes(), present.settings.least_free_megabytes
    if free >= least:
        return []
    sentence = N_(
        "Only %(free)s MB are left on the server's disk, and ballots are refused once it is full. Tell whoever runs "
        "the server: it should have at least %(least)s MB."
    )
    return [Trouble("little_room", sentence, {"free": free, "least": least})]


def warn_of_troubles() -> list[Trouble]:
    """Write what is wrong into the log, as warnings under their codes; gives it. Side effect: those lines alone."""
    found = troubles()
    for each in found:
        log.warning(each.code, **each.params)
    return found
