"""A server's process that casts as fast as it can in many threads, until it is killed: `python -m tests.campaigns.casters`.

It reads lines `code nonce` and writes a line `nonce receipt` as soon as a casting has come back, as a server answers.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pb import create_app
from pb.config import Settings
from pb.extensions import db
from pb.services.casting import Marked, cast
from pb.services.rights import Claim
from pb.services.voting import paper_of, voting_round_of

CLIENTS = 12


def main() -> None:
    """Cast every line of the standard input."""
    folder, round_id = Path(sys.argv[1]), int(sys.argv[2])
    app = create_app(Settings(instance_path=folder, mail="null", passphrase_memory=8, base_url="http://localhost"))
    lines = [line.split() for line in sys.stdin.read().splitlines()]
    with app.app_context():
        paper = paper_of(voting_round_of(round_id))
        sections = {paper.sections[0].key: {"approved": [paper.sections[0].projects[0].key]}}

    def vote(line: list[str]) -> None:
        code, nonce = line
        with app.app_context():
            try:
                answer = cast(Marked(round_id, paper.version, sections, nonce), Claim(code))
            finally:
                db.session.remove()
        os.write(1, f"{nonce} {answer.receipt}\n".encode())

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(vote, lines))


if __name__ == "__main__":
    main()
