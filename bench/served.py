"""Sites that run beside the bench, in processes of their own: ours, and the plain one."""

from __future__ import annotations

import io
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep
from typing import IO
from urllib.parse import urlencode

from flask_migrate import upgrade
from sqlalchemy import func, select

from bench.phones import Answer, Journey, ask, get, post
from bench.plain import PlainBox
from bench.plain_site import codes_of
from pb import create_app
from pb.config import Settings
from pb.core.actors import SYSTEM, Role
from pb.core.pabulib import read
from pb.extensions import db
from pb.models.envelopes import Envelope
from pb.services.accounts import actor_of, add_account
from pb.services.codes import MOST_CODES, make_codes
from pb.services.importing import Source, add_election
from pb.services.rights import Claim, right_of
from pb.services.voting import paper_of, voting_round
from pb.web.voting.carried import carry, seal_carried

WORKERS, THREADS = 2, 16
PROJECTS = 20
HALL_PROJECTS = 12
CHOSEN = 5
_CARRIED = re.compile(rb'name="carried"[^>]*value="([^"]+)"')
_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
_ELECTION = """META
key;value
description;A round to be timed
country;United Kingdom
unit;Exampleton
instance;2026
num_projects;{projects}
num_votes;1
budget;30000
rule;greedy
date_begin;2026
date_end;2026
currency;GBP
{ballot}
PROJECTS
project_id;cost;name
{rows}
VOTES
{votes}
"""


@dataclass(frozen=True)
class Ballot:
    """How a round is voted in: so many projects, the lines that say so in a file, and what a phone fills in."""

    projects: int
    lines: str
    votes: str
    marks: Mapping[str, str]


CHOICES = Ballot(
    PROJECTS,
    f"vote_type;approval\nmax_length;{CHOSEN}",
    "voter_id;vote\n1;1",
    {f"p{number}": str(number) for number in range(1, CHOSEN + 1)},
)
#: Of a hall: every project is given a score.
SCORES = Ballot(
    HALL_PROJECTS,
    "vote_type;scoring\nmin_points;0\nmax_points;5",
    "voter_id;vote;points\n1;1;3",
    {f"p{number}": str(number % 5 + 1) for number in range(1, HALL_PROJECTS + 1)},
)


@dataclass
class Served:
    """A site that is served: its port, the number of its first process, and the forms that vote there."""

    port: int
    process: int
    cookie: str = ""
    casts: Sequence[bytes] = ()
    slug: str = ""
    token: str = ""
    codes: Sequence[str] = ()
    marks: Mapping[str, str] = field(default_factory=dict)

    def casting(self, count: int, start: int = 0) -> list[Journey]:
        """So many ballots cast by one form each, everything before it done, until the receipt is there."""
        return [self._casting(request) for request in self.casts[start : start + count]]

    def _casting(self, request: bytes) -> Journey:
        def go() -> Generator[bytes, Answer, int]:
            answer = yield request
            if answer.status == 303:
                answer = yield get(answer.headers["location"], self.cookie)
            return answer.status

        return go

    def journeys(self, codes: Sequence[str]) -> list[Journey]:
        """Whole visits: the first page, the code, the ballot, the check, the receipt."""
        return [self._journey(code) for code in codes]

    def _journey(self, code: str) -> Journey:
        path, token, cookie, marks = f"/rounds/{self.slug}/vote", self.token, self.cookie, self.marks

        def go() -> Generator[bytes, Answer, int]:
            yield get(path, cookie)
            answer = yield post(f"{path}/ballot", _form(csrf_token=token, code=code), cookie)
            if answer.status != 200:
                return answer.status
            form = _form(csrf_token=token, carried=_found(_CARRIED, answer.body), **marks)
            answer = yield post(f"{path}/check", form, cookie)
            if answer.status != 200:
                return answer.status
            form = _form(csrf_token=token, carried=_found(_CARRIED, answer.body))
            answer = yield post(f"{path}/done", form, cookie)
            return answer.status

        return go

    def in_the_box(self) -> int:
        """How many ballots are in the box."""
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(Envelope)) or 0

    def cpu_seconds(self) -> float:
        """The CPU time that the site's processes have used."""
        return sum(_cpu(each) for each in family(self.process))

    def memory(self) -> int:
        """The largest share of memory, in bytes, of one of the site's processes; pages shared are shared out."""
        return max(_share(each) for each in family(self.process))


def _form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def _found(pattern: re.Pattern[bytes], page: bytes) -> str:
    found = pattern.search(page)
    if found is None:
        raise ValueError(page.decode(errors="replace")[:2000])
    return found[1].decode()


@contextmanager
def our_site(
    folder: Path,
    ballots: int,
    *,
    database_url: str = "",
    environment: dict[str, str] | None = None,
    module: str = "pb",
    ballot: Ballot = CHOICES,
) -> Iterator[Served]:
    """Our site with a round that is open, and so many codes in it; for choices, as many forms that each cast one."""
    folder.mkdir(parents=True)
    port = free_port()
    settings = Settings(instance_path=folder, mail="null", database_url=database_url, port=port)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        owner = add_account(by=SYSTEM, name="Officer", email="o@bench.example", roles=[Role.OFFICER])
        the_round = add_election(_election(ballot), Source("bench.pb", "0" * 64), by=actor_of(owner), closes=False)
        round_id, slug = the_round.id, the_round.slug
        codes: list[str] = []
        while len(codes) < ballots:
            wanted = min(MOST_CODES, ballots - len(codes))
            codes += make_codes(round_id, by=actor_of(owner), count=wanted, name=f"Batch {len(codes)}").codes
        own = {
            **os.environ, "PB_INSTANCE_PATH": str(folder), "PB_PORT": str(port), "PB_MAIL": "null",
            "PB_WORKERS": str(WORKERS), "PB_THREADS": str(THREADS), "PB_DATABASE_URL": database_url,
            **(environment or {}),
        }  # fmt: skip
        with running([sys.executable, "-m", module, "serve"], own, port) as process:
            token, cookie = _welcome(port, f"/rounds/{slug}/vote")
            paper = paper_of(voting_round(slug))
            sent = codes if ballot is CHOICES else []
            casts = [_cast(round_id, slug, paper, code, token, cookie) for code in sent]
            db.session.remove()
            yield Served(port, process, cookie, casts, slug, token, codes, ballot.marks)
        db.session.remove()
        db.engine.dispose()


def _cast(round_id: int, slug: str, paper: object, code: str, token: str, cookie: str) -> bytes:
    the_round = voting_round(slug)
    claim = Claim(code=code)
    right = right_of(the_round, paper, claim)  # type: ignore[arg-type]
    section = right.sections[0]
    chosen = sorted(each.key for each in section.projects[:CHOSEN])
    carried = replace(
        carry(round_id, the_round.ballot_version or 1, claim, right), sections={section.key: {"approved": chosen}}
    )
    body = _form(csrf_token=token, carried=seal_carried(carried))
    return post(f"/rounds/{slug}/vote/done", body, cookie)


@contextmanager
def plain_site(folder: Path, ballots: int) -> Iterator[Served]:
    """The plain site with so many forms that each cast a ballot."""
    folder.mkdir(parents=True)
    codes, port = codes_of(ballots), free_port()
    key = secrets.token_hex()
    PlainBox(folder, key.encode(), codes).engine.dispose()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", str(WORKERS), "--threads", str(THREADS)]
    command += ["-b", f"127.0.0.1:{port}", "--log-level", "error", "bench.plain_site:site()"]
    with running(command, {**os.environ, "PLAIN_SITE": str(folder), "PLAIN_KEY": key}, port, "/hello") as process:
        token, cookie = _welcome(port, "/vote")
        body = [("csrf_token", token), *(("p", str(number)) for number in range(1, CHOSEN + 1))]
        casts = [post("/vote", urlencode([*body, ("code", code)]).encode(), cookie) for code in codes]
        yield Served(port, process, cookie, casts, "", token, codes)


def _welcome(port: int, path: str) -> tuple[str, str]:
    """The form's proof and the cookie of a first visit, which the bench's phones share."""
    answer = ask(port, get(path))
    return _found(_TOKEN, answer.body), answer.headers.get("set-cookie", "").split(";")[0]


def _election(ballot: Ballot = CHOICES) -> object:
    rows = "\n".join(f"{number};{1000 + 100 * number};Project {number}" for number in range(1, ballot.projects + 1))
    said = _ELECTION.format(projects=ballot.projects, ballot=ballot.lines, rows=rows, votes=ballot.votes)
    return read(io.BytesIO(said.encode()))


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], port: int, path: str = "/healthz") -> Iterator[int]:
    """A server in a process group of its own, once it answers; it ends with the bench."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - our own command
            command, env=environment, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        ) as server,
    ):
        try:
            _wait_for(server, said, port, path)
            yield server.pid
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], said: IO[bytes], port: int, path: str) -> None:
    for _ in range(300):
        if server.poll() is not None:
            said.seek(0)
            raise RuntimeError(said.read().decode())
        try:
            ask(port, get(path))
        except OSError:
            sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not answer")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def family(process: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, list[int]] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(each.parent.name))
    found = [process]
    for each in found:
        found += parents.get(each, [])
    return found


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _share(process: int) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
