"""Phones that ask a server for pages: each holds one connection, and nothing is read that need not be."""

from __future__ import annotations

import random
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from time import perf_counter, sleep

#: What one phone does, given its connection: gives the last status.
Journey = Callable[["Phone"], int]
MILLISECONDS = 1000
PATIENCE_SECONDS = 60


class Phone:
    """One connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")

    def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send a request; the status, the headers and the body of its answer."""
        try:
            self.socket.sendall(request)
            first = self.answers.readline()
        except ConnectionError:
            first = b""
        if not first:  # the server closed a connection that had been idle
            self.close()
            self._connect()
            self.socket.sendall(request)
            first = self.answers.readline()
        headers: dict[str, str] = {}
        while (line := self.answers.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return int(first.split()[1]), headers, self.answers.read(int(headers.get("content-length", "0")))

    def close(self) -> None:
        """Hang up."""
        self.answers.close()
        self.socket.close()


@dataclass
class Run:
    """What came of a run: how long it took, how long each journey took (ms), and how each ended, by status."""

    seconds: float
    times: list[float]
    ends: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Journeys a second."""
        return len(self.times) / self.seconds

    def slowest(self, share: float) -> float:
        """The time (ms) that this share of the journeys did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def faults(self) -> int:
        """Journeys that did not end well."""
        return sum(count for status, count in self.ends.items() if status >= 400)


def get(path: str, cookie: str = "") -> bytes:
    """The bytes of a request for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookie)}\r\n".encode()


def post(path: str, body: bytes, cookie: str = "") -> bytes:
    """The bytes of a form that is sent."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{_cookie(cookie)}\r\n".encode() + body


def _cookie(cookie: str) -> str:
    return f"Cookie: {cookie}\r\n" if cookie else ""


def one_after_another(port: int, journeys: Sequence[Journey], phones: int) -> Run:
    """So many phones, each beginning its next journey as soon as the one before has ended."""
    starts = Barrier(phones + 1)

    def visit(mine: Sequence[Journey]) -> list[tuple[float, int]]:
        phone = Phone(port)
        starts.wait()
        done = [_timed(phone, journey) for journey in mine]
        phone.close()
        return done

    with ThreadPoolExecutor(phones) as pool:
        visits = [pool.submit(visit, journeys[at::phones]) for at in range(phones)]
        starts.wait()
        begun = perf_counter()
        done = [each for visit in visits for each in visit.result()]
        return _run(perf_counter() - begun, done)


def at_a_rate(port: int, journeys: Sequence[Journey], per_second: float, seed: int, phones: int = 48) -> Run:
    """Journeys that begin by chance, so many a second on average; timed from the moment they were to begin."""
    chance = random.Random(seed)
    moments, moment = [], 0.0
    for _ in journeys:
        moment += chance.expovariate(per_second)
        moments.append(moment)
    connections = [Phone(port) for _ in range(phones)]

    def visit(journey: Journey, due: float) -> tuple[float, int]:
        sleep(max(0.0, begun + due - perf_counter()))
        phone = connections.pop()
        try:
            status = journey(phone)
        finally:
            connections.append(phone)
        return (perf_counter() - begun - due) * MILLISECONDS, status

    with ThreadPoolExecutor(phones) as pool:
        begun = perf_counter()
        done = list(pool.map(visit, journeys, moments))
    taken = perf_counter() - begun
    for each in connections:
        each.close()
    return _run(taken, done)


def at_one_instant(port: int, journeys: Sequence[Journey]) -> Run:
    """Every phone presses at the same moment, each with a connection of its own that is yet to be made."""
    starts = Barrier(len(journeys) + 1)

    def visit(journey: Journey) -> tuple[float, int]:
        starts.wait()
        begun = perf_counter()
        phone = Phone(port)
        status = journey(phone)
        phone.close()
        return (perf_counter() - begun) * MILLISECONDS, status

    with ThreadPoolExecutor(len(journeys)) as pool:
        visits = [pool.submit(visit, journey) for journey in journeys]
        starts.wait()
        begun = perf_counter()
        done = [visit.result() for visit in visits]
        return _run(perf_counter() - begun, done)


def _timed(phone: Phone, journey: Journey) -> tuple[float, int]:
    begun = perf_counter()
    status = journey(phone)
    return (perf_counter() - begun) * MILLISECONDS, status


def _run(seconds: float, done: list[tuple[float, int]]) -> Run:
    return Run(seconds, [time for time, _ in done], Counter(status for _, status in done))
