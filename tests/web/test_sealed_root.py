"""The root over the frozen box is public before anybody opens it, so that nothing can be put in its place."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.canonical import words
from pb.services.opening import freeze_box
from tests.factories import a_closed_round, someone
from tests.reader import Reader


@pytest.mark.parametrize("page", ["the-ballot", "receipts"])
def test_everybody_reads_the_fingerprint_of_the_frozen_box_before_it_is_opened(
    app: Flask, client: Reader, page: str
) -> None:
    the_round = a_closed_round()
    address, heading = f"/rounds/{the_round.slug}/{page}", "The box, before it was opened"
    assert heading not in client.read(address).get_text()
    root = freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    told = client.read(address).get_text()
    assert heading in told
    assert words(root) in told
