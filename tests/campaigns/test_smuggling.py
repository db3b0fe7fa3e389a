"""Requests of two minds about their own length, as they reach the real server: none is taken for two."""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from flask import Flask

from tests.campaigns.served import PATIENCE, PAUSE, Served

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /account/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNK = b"0\r\n\r\n"
LENGTH = f"Content-Length: {len(CHUNK + HIDDEN)}\r\n".encode()
#: Each is one request to a server that refuses it, and two to one that reads its length in the other way.
TWO_MINDED = {
    "both lengths": POST + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + HIDDEN,
    "both, the other way round": POST + b"Transfer-Encoding: chunked\r\n" + LENGTH + b"\r\n" + CHUNK + HIDDEN,
    "two lengths": POST + b"Content-Length: 0\r\n" + LENGTH + b"\r\n" + CHUNK + HIDDEN,
    "a length with a sign": POST + b"Content-Length: +5\r\n\r\n" + CHUNK + HIDDEN,
    "a length in another base": POST + b"Content-Length: 0x5\r\n\r\n" + CHUNK + HIDDEN,
    "an encoding nobody knows": POST + b"Transfer-Encoding: xchunked\r\n" + LENGTH + b"\r\n" + CHUNK + HIDDEN,
    "an encoding twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNK + HIDDEN,
    "an encoding with a space before its colon": POST + b"Transfer-Encoding : chunked\r\n" + LENGTH + b"\r\n" + CHUNK + HIDDEN,
    "an encoding on a line that is folded": POST + b"Transfer-Encoding:\r\n chunked\r\n" + LENGTH + b"\r\n" + CHUNK + HIDDEN,
    "a chunk that is too long": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + HIDDEN,
    "a chunk with a sign": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + HIDDEN,
    "a header with a nul": POST + b"X-Any: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a name with a line of its own": POST + b"X-Any\rHost: evil.example\r\nContent-Length: 0\r\n\r\n",
    "far too many headers": POST + b"".join(b"X-%d: a\r\n" % at for at in range(1_000)) + b"\r\n",
    "a header that is far too long": POST + b"X-Any: " + b"a" * 100_000 + b"\r\n\r\n",
    "an address that is far too long": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}  # fmt: skip

TRIED = list(TWO_MINDED)[:: 1 if os.environ.get("PB_CAMPAIGN") == "full" else 3]


def answers(port: int, sent: bytes) -> list[int]:
    """The statuses of everything that comes back on one connection, until it is closed or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as line:
        got = b""
        with suppress(OSError):  # refused in the middle of what is sent
            line.sendall(sent)
        with suppress(OSError):
            while part := line.recv(65_536):
                got += part
    return [int(each) for each in re.findall(rb"HTTP/1\.[01] (\d{3}) ", got)]


def wait_for(server: Served) -> None:
    for _ in range(int(PATIENCE / PAUSE)):
        with suppress(OSError):
            if answers(server.port, HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) == [200]:
                return
        Event().wait(PAUSE)
    raise AssertionError("the server does not answer")


@pytest.mark.campaign
def test_no_request_is_taken_for_two(app: Flask, tmp_path: Path) -> None:
    with Served(tmp_path / "log") as server:
        wait_for(server)
        found = {name: answers(server.port, TWO_MINDED[name]) for name in TRIED}
        wait_for(server)
    assert {name: got for name, got in found.items() if set(got) & {200, 302, 303}} == {}
    assert sum(got == [400] for got in found.values()) > len(TRIED) // 2, found
