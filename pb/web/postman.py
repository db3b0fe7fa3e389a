"""The postman: a thread in each server process that delivers the outbox after answers have been sent.

A slow mail server so delays nobody's page. What fails is tried again by the same thread, and by `pb deliver`, which
a timer may run for servers that stand still for long.
"""

from __future__ import annotations

import threading

from flask import Flask, Response

from pb.services.delivery import deliver_due
from pb.services.outbox import anything_queued

ROUND_SECONDS = 60


class Postman:
    """Waits to be called, or for a minute, and delivers what is due. A fault ends it; the next call starts anew."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._called = threading.Event()
        self._retired = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def call(self) -> None:
        """Let the postman come; starts the thread here, in the process that serves, not in its parent."""
        with self._lock:
            if not self.walks:
                self._thread = threading.Thread(target=self._walk, name="postman", daemon=True)
                self._thread.start()
        self._called.set()

    @property
    def walks(self) -> bool:
        """Whether there is a thread on its rounds."""
        return self._thread is not None and self._thread.is_alive()

    def retire(self) -> None:
        """Finish what is in hand and come no more, before the application is taken down."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._retired.set()
            self._called.set()
            thread.join()
            self._retired.clear()

    def _walk(self) -> None:
        while not self._retired.is_set():
            self._called.wait(ROUND_SECONDS)
            self._called.clear()
            with self._app.app_context():
                deliver_due()


def install_postman(app: Flask) -> None:
    """Call the postman once an answer has gone out whose request queued a message."""
    postman = app.extensions["postman"] = Postman(app)

    @app.after_request
    def _call_later(response: Response) -> Response:
        if anything_queued():
            response.call_on_close(postman.call)
        return response
