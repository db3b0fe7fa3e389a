"""Servers that cast as fast as they can in many threads, until they are killed: `python -m tests.campaigns.casters`.

Each line of the standard input is one server's work, a JSON object: `folder`, `round_id`, `database_url` and `forms`,
a list of [code, nonce]. For each, a process is forked, whose id is written; it writes a line `nonce receipt` as soon
as a casting has come back, as a server answers. When it has ended, however it did, a line `over` is written.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pb import create_app
from pb.app import create_app as _app  # noqa: F401 - everything is loaded before the first fork
from pb.config import Settings
from pb.extensions import db
from pb.services.casting import Marked, cast
from pb.services.rights import Claim
from pb.services.voting import paper_of, voting_round_of

CLIENTS = 12


def main() -> None:
    """Serve every line."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            serve(json.loads(line))
            os._exit(0)
        tell(f"pid {child}")
        os.waitpid(child, 0)
        tell("over")


def tell(words: str) -> None:
    """Write a line at once, whole."""
    os.write(1, f"{words}\n".encode())


def serve(work: dict[str, Any]) -> None:
    """Cast every form in many threads at once."""
    round_id = work["round_id"]
    app = create_app(
        Settings(
            instance_path=Path(work["folder"]), database_url=work["database_url"], mail="null",
            passphrase_memory=8, base_url="http://localhost",
        )
    )  # fmt: skip
    with app.app_context():
        paper = paper_of(voting_round_of(round_id))
        sections = {paper.sections[0].key: {"approved": [paper.sections[0].projects[0].key]}}

    def vote(form: list[str]) -> None:
        code, nonce = form
        with app.app_context():
            try:
                answer = cast(Marked(round_id, paper.version, sections, nonce), Claim(code))
            finally:
                db.session.remove()
        tell(f"{nonce} {answer.receipt}")

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(vote, work["forms"]))


if __name__ == "__main__":
    main()
