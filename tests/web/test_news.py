"""News by e-mail: a list that is joined to nothing, that one leaves with a press, and that ends with the round."""

from __future__ import annotations

import re

from sqlalchemy import func, inspect, select

from pb.core.actors import SYSTEM
from pb.extensions import db
from pb.models.mailing import MailingEntry
from pb.services.delivery import deliver_due
from pb.services.mailing import addresses_on_list
from pb.services.retention import destroy_news, news_part
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.deciding import a_decided_round, released
from tests.factories import cancel_vote
from tests.post import letters_to
from tests.reader import Reader, soup


def words_of(answer: object) -> str:
    return " ".join(soup(answer).get_text(" ").split())  # type: ignore[arg-type]


def path_in(text: str, part: str) -> str:
    found = re.search(rf"https?://[^/\s]+(/rounds/[^/\s]+/news/{part}/\S+)", text)
    assert found, text
    return found[1]


def test_somebody_asks_says_yes_hears_of_the_result_and_leaves_and_nothing_is_left(
    client: Reader, clock: TurningClock
) -> None:
    the_round, _member = a_decided_round()
    page = f"/rounds/{the_round.slug}/news"
    assert client.send(page, {"contact": "nobody", "topics": ["result"]}).status_code == 422
    assert client.send(page, {"contact": "sam@example.org"}).status_code == 422
    sent = client.send(page, {"contact": "sam@example.org", "topics": ["result"]})
    assert "Look into your mailbox" in words_of(sent)
    assert addresses_on_list(the_round.id) == 0, "nothing is kept before the link is followed"
    (letter,) = letters_to("sam@example.org")
    link = path_in(letter.text, "confirm")
    client.get(link)
    assert addresses_on_list(the_round.id) == 0, "looking at the page is not saying yes"
    for _ in range(2):
        assert "You will hear from us" in words_of(client.send(link))
    assert addresses_on_list(the_round.id) == 1
    assert client.get(link[:-6] + "AAAAAA").status_code == 404

    released(the_round)
    news = letters_to("sam@example.org")[-1]
    assert f"/rounds/{the_round.slug}/result" in news.text
    assert "Your address is deleted" in words_of(client.send(path_in(news.text, "leave")))
    assert db.session.scalar(select(func.count()).select_from(MailingEntry)) == 0
    deliver_due()


def test_no_column_of_the_list_leads_anywhere_but_to_its_round() -> None:
    columns = {each.name for each in inspect(MailingEntry).columns}
    assert columns == {"id", "round_id", "sealed", "leave_tag", "language", "topics"}


def test_the_list_is_destroyed_when_the_round_is_over_and_nobody_joins_it_afterwards(
    client: Reader, clock: TurningClock
) -> None:
    the_round, _member = a_decided_round()
    page = f"/rounds/{the_round.slug}/news"
    client.send(page, {"contact": "sam@example.org", "topics": ["next"]})
    link = path_in(letters_to("sam@example.org")[0].text, "confirm")
    client.send(link)
    assert not news_part(find_round(the_round.slug)).due
    cancel_vote(the_round, "The money was needed elsewhere.")
    destroy_news(the_round.id, by=SYSTEM)
    assert addresses_on_list(the_round.id) == 0
    assert client.send(link).status_code == 409
