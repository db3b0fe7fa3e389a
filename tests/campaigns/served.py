"""The real server, `pb serve` with its workers, to be killed; and a crowd that sends forms until they are answered."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from threading import Condition, Event
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from pb.extensions import present

PROJECT = Path(__file__).resolve().parents[2]
CLIENTS = 12
WORKERS, THREADS = 2, 8
#: Seconds until a form that is not answered, or a server that does not come back, is a fault.
PATIENCE = 180
PAUSE = 0.02
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_RECEIPT = re.compile(r'id="receipt"[^>]*>(.*?)</', re.DOTALL)
_TAGS = re.compile(r"<[^>]*>|\s")


class Served:
    """`pb serve` over the instance and the database of the test, in a process group of its own."""

    def __init__(self, log: Path) -> None:
        self._held = socket.socket()  # nobody else is given the port, not even while nothing is served on it
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port = int(self._held.getsockname()[1])
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        self.kill_all()
        self._held.close()

    def start(self) -> None:
        """Begin to serve; it answers before long."""
        settings = present.settings
        own = {
            "PB_INSTANCE_PATH": str(settings.instance_path), "PB_DATABASE_URL": settings.database_url,
            "PB_PORT": str(self.port), "PB_WORKERS": str(WORKERS), "PB_THREADS": str(THREADS), "PB_MAIL": "null",
            "PB_PASSPHRASE_MEMORY": "8", "PB_BASE_URL": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pb", "serve"], env={**os.environ, **own}, cwd=PROJECT,
                stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    def revive(self) -> None:
        """Begin again where the first process is gone, as whatever looks after a service would."""
        if self.process is None or self.process.poll() is not None:
            self.start()

    def kill_a_worker(self, chance: Random) -> None:
        """Kill one of the processes that answer; the first process begins another."""
        assert self.process is not None
        workers = children_of(self.process.pid)[1:]  # the oldest does long work, and answers nobody
        if workers:
            os.kill(chance.choice(workers), signal.SIGKILL)

    def kill_the_first(self, chance: Random) -> None:
        """Kill the process that began the workers: they notice, and end."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_all(self, chance: Random | None = None) -> None:
        """Kill every process of the server at once."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def children_of(process: int) -> list[int]:
    """The processes that a process has begun and that still run, oldest first."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = each.read_text().rsplit(")", 1)[1].split()
            if fields[0] != "Z":
                found[int(fields[1])].append((int(fields[19]), int(each.parent.name)))
    return [number for _begun, number in sorted(found[process])]


@dataclass
class Crowd:
    """People who send their forms to one page, each until they are answered; some of them press twice.

    `acknowledged` are the receipts by the nonce of the form; whoever pressed twice must be told the same.
    """

    server: Served
    page: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    failed_tries: int = 0
    _told: Condition = field(default_factory=Condition)
    _over: Event = field(default_factory=Event)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CLIENTS))

    def __enter__(self) -> Crowd:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        """Nobody goes on sending, whatever has happened."""
        self._over.set()
        self._pool.shutdown(cancel_futures=True)

    def welcome(self) -> None:
        """Open a page: its cookie and the proof of its form are shared by all."""
        status, cookie, page = self._until_answered("GET", self.page, {})
        found = _TOKEN.search(page)
        assert (status, bool(found)) == (200, True), page
        self.cookie, self.token = cookie, found[1] if found else ""

    def begin(self, forms: Sequence[tuple[str, str]]) -> None:
        """Let everybody send: each form is a nonce and what the page carries."""
        # One in four presses twice: two requests with one form are under way at once.
        twice = [form for number, form in enumerate(forms) for _ in range(2 if number % 4 == 0 else 1)]
        self._sent: list[Future[None]] = [self._pool.submit(self._send, *form) for form in twice]

    def wait_for(self, count: int) -> None:
        """Come back when so many are acknowledged, or somebody met a fault."""
        with self._told:
            for _ in range(PATIENCE):
                if self._told.wait_for(lambda: len(self.acknowledged) >= count or self._faults(), 1):
                    break
                self.server.revive()  # one that found its port still in use has given up
        assert len(self.acknowledged) >= count, self._faults()

    def end(self) -> None:
        """Come back when everybody has been answered."""
        while wait(self._sent, 1).not_done:
            self.server.revive()
        for each in self._sent:
            each.result()

    def _faults(self) -> list[BaseException]:
        return [fault for each in self._sent if each.done() and (fault := each.exception())]

    def _send(self, nonce: str, carried: str) -> None:
        status, _cookie, page = self._until_answered("POST", f"{self.page}/done", {"carried": carried})
        found = _RECEIPT.search(page)
        assert (status, bool(found)) == (200, True), (status, page)
        receipt = _TAGS.sub("", found[1] if found else "")
        with self._told:
            self.repeated += nonce in self.acknowledged
            assert self.acknowledged.setdefault(nonce, receipt) == receipt
            self._told.notify_all()

    def _until_answered(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        for _ in range(int(PATIENCE / PAUSE)):
            try:
                answer = self._ask(method, path, form)
            except (OSError, HTTPException):
                answer = (503, "", "")
            if answer[0] != 503:
                return answer
            self.failed_tries += 1
            if self._over.wait(PAUSE):
                break
        raise TimeoutError("nobody answers")

    def _ask(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        """One request by a connection of its own: status, cookie and page."""
        line = HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        body, headers = None, dict[str, Any]()
        if form:
            body = urlencode({**form, "csrf_token": self.token})
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            return answer.status, cookie, answer.read().decode()
        finally:
            line.close()
