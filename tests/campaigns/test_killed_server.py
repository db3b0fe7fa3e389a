"""The server as it is shipped, killed with its workers under load over HTTP, while people send the same form again."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from pb.core.reconciliation import imbalances
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope
from pb.models.rounds import Round
from pb.services.ledger import first_break
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim, right_of
from pb.services.rounds import find_round
from pb.services.voting import paper_of, voting_round_of
from pb.web.voting.carried import carry, seal_carried
from tests.campaigns.served import Crowd, Served
from tests.campaigns.test_killed_while_casting import kept_in, open_by_the_real_clock, tag_of
from tests.voters import a_voting_round, codes_for

pytestmark = pytest.mark.campaign

KILLS = 60 if os.environ.get("PB_CAMPAIGN") == "full" else 3  # each way once: after the last, forms meet nobody
EACH = 40
WAYS = (Served.kill_a_worker, Served.kill_the_first, Served.kill_all)


def forms_of(the_round: Round, count: int) -> list[tuple[str, str]]:
    """So many forms, each with a code of its own, as they stand on the last page before the box: nonce and content."""
    voting = voting_round_of(the_round.id)
    paper = paper_of(voting)
    section = paper.sections[0]
    chosen = {section.key: {"approved": [section.projects[0].key]}}
    forms = []
    for code in codes_for(the_round, count):
        claim = Claim(code)
        carried = carry(the_round.id, paper.version, claim, right_of(voting, paper, claim))
        carried = replace(carried, sections=chosen)
        forms.append((carried.marked().nonce, seal_carried(carried)))
    return forms


def half_there(round_id: int) -> int:
    """How many ballots are there without a used code, or the other way round, at one moment."""
    box = select(func.count()).select_from(Envelope).where(Envelope.round_id == round_id).scalar_subquery()
    used = select(func.count()).select_from(Code).where(Code.state == CodeState.USED).scalar_subquery()
    db.session.rollback()
    return abs(db.session.scalar(select(box - used)) or 0)


def test_the_server_killed_under_load_loses_no_ballot_and_counts_none_twice(app: Flask, tmp_path: Path) -> None:
    the_round = open_by_the_real_clock(a_voting_round())
    round_id, slug, chance = the_round.id, the_round.slug, random.Random(13)
    present.use(clock=lambda: datetime.now(UTC))
    forms = forms_of(the_round, KILLS * EACH)
    db.session.remove()
    with Served(tmp_path / "server.log") as server, Crowd(server, f"/rounds/{slug}/vote") as crowd:
        crowd.welcome()
        crowd.begin(forms)
        for kill in range(KILLS):
            crowd.wait_for(kill * EACH + chance.randrange(1, EACH))
            WAYS[kill % len(WAYS)](server, chance)
            assert half_there(round_id) == 0
            if db.engine.dialect.name == "sqlite":
                assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
            server.revive()
        crowd.end()
    kept = kept_in(round_id)
    assert [nonce for nonce in crowd.acknowledged if tag_of(nonce) not in kept] == []
    assert len(kept) == len(crowd.acknowledged) == len(set(crowd.acknowledged.values())) == len(forms)
    assert crowd.repeated == len(forms) / 4
    assert crowd.failed_tries > 0, "no form met a server that was gone"
    assert imbalances(numbers_of(find_round(slug))) == []
    assert first_break() is None
