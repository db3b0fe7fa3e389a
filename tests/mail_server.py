"""A mail server of our own for tests: takes letters on a free port, or refuses them."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType


class MailServer:
    """Listens while the `with` block lasts; `letters` and `recipients` are what arrived. `refuse`: its answer to each letter."""

    def __init__(self, refuse: str = "") -> None:
        self.letters: list[str] = []
        self.recipients: list[str] = []
        self.refuse = refuse
        self.arrived = threading.Event()

    def __enter__(self) -> MailServer:
        outer = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer._talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, talk: socketserver.StreamRequestHandler) -> None:
        self._say(talk, "220 ready")
        while line := talk.rfile.readline().decode().strip():
            word = line.split(" ", 1)[0].upper()
            if word == "RCPT":
                self.recipients.append(line.split("<")[1].split(">")[0])
            if word == "DATA":
                self._say(talk, "354 go on")
                self._take(talk)
            elif word == "QUIT":
                self._say(talk, "221 bye")
                return
            else:
                self._say(talk, "250 ok")

    def _take(self, talk: socketserver.StreamRequestHandler) -> None:
        lines = []
        while (line := talk.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        if not self.refuse:
            self.letters.append("\n".join(lines))
            self.arrived.set()
        self._say(talk, self.refuse or "250 taken")

    @staticmethod
    def _say(talk: socketserver.StreamRequestHandler, words: str) -> None:
        talk.wfile.write(f"{words}\r\n".encode())
