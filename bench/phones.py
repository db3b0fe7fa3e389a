"""Phones that ask a server for pages: one thread serves them all, so that they take little of the machine.

A journey is a generator: it yields the bytes of each request, is sent the answer, and returns the last status.
"""

from __future__ import annotations

import random
import socket
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter
from typing import TypeAlias

MILLISECONDS = 1000
PATIENCE_SECONDS = 60
_END = b"\r\n\r\n"
_MOST = 1 << 18


@dataclass(frozen=True)
class Answer:
    """A status, the headers by their names in small letters, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Journey: TypeAlias = Callable[[], Generator[bytes, Answer, int]]


def read_answer(received: bytes | bytearray) -> Answer | None:
    """An answer, once all of it is there."""
    at = received.find(_END)
    if at < 0:
        return None
    first, *lines = bytes(received[:at]).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = bytes(received[at + len(_END) :])
    if len(body) < int(headers.get("content-length", "0")):
        return None
    return Answer(int(first.split()[1]), headers, body)


def ask(port: int, request: bytes) -> Answer:
    """One request by a connection of its own. Raises OSError where nothing answers."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as line:
        line.sendall(request)
        received = bytearray()
        while (answer := read_answer(received)) is None:
            received += _more(line)
        return answer


def _more(line: socket.socket) -> bytes:
    found = line.recv(_MOST)
    if not found:
        raise ConnectionResetError
    return found


@dataclass
class Run:
    """What came of a run: how long it took, the time of each journey and of its last request (ms), and how each ended.

    A journey that got no answer ended with 599.
    """

    seconds: float
    times: list[float] = field(default_factory=list)
    lasts: list[float] = field(default_factory=list)
    ends: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Journeys a second."""
        return len(self.times) / self.seconds

    def slowest(self, share: float) -> float:
        """The time (ms) that this share of the journeys did not exceed."""
        return _slowest(self.times, share)

    def slowest_last(self, share: float) -> float:
        """The time (ms) that this share of the last requests did not exceed."""
        return _slowest(self.lasts, share)

    @property
    def faults(self) -> int:
        """Journeys that did not end well."""
        return sum(count for status, count in self.ends.items() if status >= 400)


def _slowest(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def get(path: str, cookie: str = "") -> bytes:
    """The bytes of a request for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookie)}\r\n".encode()


def post(path: str, body: bytes, cookie: str = "") -> bytes:
    """The bytes of a form that is sent."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{_cookie(cookie)}\r\n".encode() + body


def _cookie(cookie: str) -> str:
    return f"Cookie: {cookie}\r\n" if cookie else ""


def sending(request: bytes) -> Journey:
    """A journey of one request."""

    def go() -> Generator[bytes, Answer, int]:
        answer = yield request
        return answer.status

    return go


def one_after_another(port: int, journeys: Sequence[Journey], phones: int) -> Run:
    """So many phones, each beginning its next journey, by the same connection, when the one before has ended."""
    return _Crowd(port, [(0.0, journeys[at::phones]) for at in range(phones)]).run()


def at_a_rate(port: int, journeys: Sequence[Journey], per_second: float, seed: int) -> Run:
    """Journeys of one phone each that begin by chance, so many a second; timed from the moment they were to begin."""
    chance = random.Random(seed)
    moments, moment = [], 0.0
    for _ in journeys:
        moment += chance.expovariate(per_second)
        moments.append(moment)
    return _Crowd(port, [(due, [journey]) for due, journey in zip(moments, journeys, strict=True)]).run()


def at_one_instant(port: int, journeys: Sequence[Journey]) -> Run:
    """Every phone presses at the same moment, each with a connection of its own that is yet to be made."""
    return _Crowd(port, [(0.0, [journey]) for journey in journeys]).run()


class _Crowd:
    """Phones, each with the moment it begins (seconds from the start) and its journeys."""

    def __init__(self, port: int, phones: Sequence[tuple[float, Sequence[Journey]]]) -> None:
        self.port = port
        self.selector = DefaultSelector()
        self._coming = sorted(((due, number) for number, (due, _) in enumerate(phones)), reverse=True)
        self._phones = phones
        self._there = 0
        self.done = Run(0.0)

    def run(self) -> Run:
        """Until every phone has done its journeys."""
        begun = perf_counter()
        while self._coming or self._there:
            now = perf_counter() - begun
            while self._coming and self._coming[-1][0] <= now:
                due, number = self._coming.pop()
                self._there += 1
                _Phone(self, iter(self._phones[number][1]), begun + due).begin()
            wait = max(0.0, begun + self._coming[-1][0] - perf_counter()) if self._coming else PATIENCE_SECONDS
            for key, _ in self.selector.select(wait):
                key.data.hear()
        self.done.seconds = perf_counter() - begun
        self.selector.close()
        return self.done

    def left(self) -> None:
        """A phone has done its journeys."""
        self._there -= 1


class _Phone:
    """One connection, and the journeys that it does."""

    def __init__(self, crowd: _Crowd, journeys: Iterator[Journey], due: float) -> None:
        self._crowd = crowd
        self._journeys = journeys
        self._due = due
        self._line: socket.socket | None = None

    def begin(self) -> None:
        """Begin the next journey, or leave."""
        journey = next(self._journeys, None)
        if journey is None:
            self._hang_up()
            self._crowd.left()
            return
        self._steps = journey()
        self._send(next(self._steps))

    def _send(self, request: bytes, *, again: bool = False) -> None:
        self._request, self._again, self._heard = request, again, bytearray()
        if not again:
            self._asked = perf_counter()
        if self._line is None:
            self._line = socket.create_connection(("127.0.0.1", self._crowd.port), PATIENCE_SECONDS)
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._crowd.selector.register(self._line, EVENT_READ, self)
        try:
            self._line.sendall(request)
        except ConnectionError:
            self._lost()

    def hear(self) -> None:
        """Read what came; go on with the journey once an answer is whole."""
        try:
            self._heard += _more(self._line)  # type: ignore[arg-type]
        except ConnectionError:
            self._lost()
            return
        answer = read_answer(self._heard)
        if answer is not None:
            self._go_on(answer)

    def _go_on(self, answer: Answer) -> None:
        if answer.headers.get("connection") == "close":
            self._hang_up()
        try:
            request = self._steps.send(answer)
        except StopIteration as end:
            self._end(end.value)
        else:
            self._send(request)

    def _lost(self) -> None:
        """The server closed the connection: an idle one is made anew, once."""
        self._hang_up()
        if self._again or self._heard:
            self._end(599)
        else:
            self._send(self._request, again=True)

    def _end(self, status: int) -> None:
        now, done = perf_counter(), self._crowd.done
        done.times.append((now - self._due) * MILLISECONDS)
        done.lasts.append((now - self._asked) * MILLISECONDS)
        done.ends[status] += 1
        self._due = now
        self.begin()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._crowd.selector.unregister(self._line)
            self._line.close()
            self._line = None
