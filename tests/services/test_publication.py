"""Publication: asked for by the owner, released by somebody else, frozen under its digest; a correction is a new one."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.blockers import Blocked
from pb.core.canonical import digest
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.organisations import OrganisationContact
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.accounts import account_of, actor_of
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.elections import projects_of
from pb.services.interests import declare_interest
from pb.services.ledger import events_of_round
from pb.services.outbox import opened_messages
from pb.services.publication import (
    ask_release,
    draft_of_result,
    publication_of,
    publications_of,
    published,
    published_decisions,
    release,
)
from pb.services.publication_blockers import release_blockers
from pb.services.transactions import transaction
from tests.deciding import (
    a_decided_round,
    a_published_round,
    a_ward_round,
    a_ward_round_by_channels,
    decided,
    project_called,
    released,
)
from tests.factories import a_closed_round, owner_of, someone

pytestmark = pytest.mark.usefixtures("app")


def codes(the_round: Round) -> list[str]:
    return [blocker.code for blocker in release_blockers(the_round)]


def project_in(publication: Publication, title: str) -> dict[str, object]:
    """What a publication says of a project."""
    pots = publication.content["pots"]
    found: dict[str, object] = next(each for pot in pots for each in pot["projects"] if each["title"] == title)
    return found


def test_a_release_freezes_votes_rank_recommendation_decision_and_reason() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 0, reason="It has a grant already.")
    decided(the_round, "Pond", member)
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    hall = project_in(released(the_round), "Hall")
    said = {name: hall[name] for name in ("rank", "votes", "recommended", "amount", "verdict")}
    assert said == {"rank": 1, "votes": 4, "recommended": 600_000, "amount": 0, "verdict": "declined"}
    assert hall["decision"]["reason"] == "It has a grant already."  # type: ignore[index]
    assert hall["decision"]["by"] == member.name  # type: ignore[index]


def test_the_digest_of_a_publication_is_that_of_its_content_and_does_not_change() -> None:
    the_round, _member = a_decided_round()
    before = digest(draft_of_result(the_round))
    publication = released(the_round)
    assert publication.sha256 == before == digest(publication.content)
    db.session.expire_all()
    assert digest(published(the_round.id).content) == before
    (event,) = events_of_round(the_round.id, ("result_published",))
    assert event.facts == {"publication": 1, "sha256": before}


def test_a_round_is_published_only_when_every_recommended_bid_is_decided_and_published() -> None:
    the_round, member = a_ward_round()
    assert codes(the_round) == ["undecided", "undecided"]
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    assert codes(the_round) == ["decision_unpublished", "decision_unpublished"]
    publish_decisions(the_round.id, by=member)
    assert codes(the_round) == []


def test_the_next_in_line_is_decided_before_the_release() -> None:
    the_round, member = a_decided_round()
    decided(the_round, "Hall", member, 0)
    publish_decisions(the_round.id, by=member)
    assert codes(the_round) == ["next_in_line_undecided"]
    decided(the_round, "Pond", member, 0)
    publish_decisions(the_round.id, by=member)
    assert codes(the_round) == []


def test_a_referred_bid_waits_for_the_cabinet() -> None:
    the_round, member = a_decided_round()
    declare_interest(project_called(the_round, "Hall").id, "I am a trustee.", by=member)
    assert codes(the_round) == ["referred_undecided"]


def test_a_blocked_release_is_refused_with_everything_that_stops_it() -> None:
    the_round, _member = a_ward_round()
    with pytest.raises(Blocked) as refused:
        ask_release(the_round.id, by=owner_of(the_round))
    assert [str(each) for each in refused.value.blockers] == [
        "“Hall” is recommended and not decided yet.", "“Bench” is recommended and not decided yet.",
    ]  # fmt: skip


def test_before_the_count_nothing_can_be_released() -> None:
    the_round = a_closed_round()
    assert codes(the_round) == ["not_deciding"]


def test_the_owner_asks_and_nobody_else() -> None:
    the_round, member = a_decided_round()
    for other in (someone(Role.OFFICER), someone(Role.APPROVER), member):
        with pytest.raises(NotAllowed) as refused:
            ask_release(the_round.id, by=other)
        assert refused.value.code == "not_your_round"


def test_the_owner_cannot_release_even_as_an_approver() -> None:
    both = someone(Role.OFFICER, Role.APPROVER)
    the_round, _member = a_decided_round(by=both)
    sha256 = ask_release(the_round.id, by=both)
    with pytest.raises(NotAllowed) as refused:
        release(the_round.id, sha256=sha256, by=both)
    assert refused.value.code == "not_the_approver"
    assert publication_of(the_round.id) is None


def test_an_administrator_who_asked_for_the_owner_cannot_release_either() -> None:
    the_round, _member = a_decided_round()
    stand_in = someone(Role.ADMINISTRATOR, Role.APPROVER)
    sha256 = ask_release(the_round.id, by=stand_in)
    with pytest.raises(NotAllowed) as refused:
        release(the_round.id, sha256=sha256, by=stand_in)
    assert refused.value.code == "not_the_approver"


def test_whoever_decided_cannot_release() -> None:
    the_round, member = a_ward_round()
    deciding_approver = someone(Role.APPROVER, Role.CABINET)
    decided(the_round, "Hall", deciding_approver, power="cabinet")
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    publish_decisions(the_round.id, by=deciding_approver)
    sha256 = ask_release(the_round.id, by=owner_of(the_round))
    with pytest.raises(NotAllowed) as refused:
        release(the_round.id, sha256=sha256, by=deciding_approver)
    assert refused.value.code == "own_decision"


def test_the_approver_shows_their_second_factor() -> None:
    the_round, _member = a_decided_round()
    sha256 = ask_release(the_round.id, by=owner_of(the_round))
    approver = someone(Role.APPROVER)
    with pytest.raises(NotAllowed) as refused:
        release(the_round.id, sha256=sha256, by=actor_of(account_of(approver.account_id)))
    assert refused.value.code == "step_up"


def test_a_release_that_nobody_asked_for_is_refused() -> None:
    the_round, _member = a_decided_round()
    sha256 = digest(draft_of_result(the_round))
    with pytest.raises(Refusal) as refused:
        release(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
    assert refused.value.code == "release_not_asked"


def test_what_was_decided_anew_since_the_asking_is_not_released() -> None:
    the_round, member = a_decided_round()
    sha256 = ask_release(the_round.id, by=owner_of(the_round))
    decided(the_round, "Bench", member, 200_000)
    publish_decisions(the_round.id, by=member)
    with pytest.raises(Refusal) as refused:
        release(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
    assert refused.value.code == "release_changed"
    assert the_round.state == RoundState.DECIDING


def test_a_correction_is_a_new_publication_with_its_reason_and_the_old_one_stays() -> None:
    the_round, member = a_decided_round()
    first = released(the_round)
    decided(the_round, "Bench", member, 250_000, reason="One bench fewer: the group found a second-hand one.")
    publish_decisions(the_round.id, by=member)
    second = released(the_round, reason="The amount for Bench was wrong.")
    assert [each.number for each in publications_of(the_round.id)] == [2, 1]
    assert (second.reason, second.content["number"]) == ("The amount for Bench was wrong.", 2)
    assert project_in(first, "Bench")["amount"] == 300_000
    bench = project_in(second, "Bench")
    assert bench["amount"] == 250_000
    assert [each["amount"] for each in bench["earlier"]] == [300_000]  # type: ignore[attr-defined]
    assert first.sha256 != second.sha256
    assert the_round.state == RoundState.PUBLISHED


def test_a_correction_without_a_reason_is_refused_beside_its_field() -> None:
    the_round, member = a_decided_round()
    released(the_round)
    decided(the_round, "Bench", member, 250_000)
    publish_decisions(the_round.id, by=member)
    with pytest.raises(Refusal) as refused:
        ask_release(the_round.id, by=owner_of(the_round), reason=" ")
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")


def test_a_correction_that_corrects_nothing_is_refused() -> None:
    the_round = a_published_round()
    with pytest.raises(Refusal) as refused:
        ask_release(the_round.id, by=owner_of(the_round), reason="A typing error.")
    assert refused.value.code == "nothing_corrected"


def test_a_group_that_was_told_no_is_not_told_yes_by_a_correction_in_silence() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Bench", member, 0)
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    decided(the_round, "Pond", member, 0)
    publish_decisions(the_round.id, by=member)
    released(the_round)
    decided(the_round, "Bench", member, 300_000)
    publish_decisions(the_round.id, by=member)
    with pytest.raises(Refusal) as refused:
        released(the_round, reason="We changed our mind.")
    assert refused.value.code == "not_from_here"
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 1


def test_before_the_release_there_is_nothing_to_find() -> None:
    the_round, _member = a_decided_round()
    with pytest.raises(NotFound) as refused:
        published(the_round.id)
    assert refused.value.code == "no_publication"


def test_a_decision_that_its_member_published_can_be_read_before_the_release_beside_its_rank() -> None:
    the_round, member = a_ward_round()
    assert published_decisions(the_round) is None
    decided(the_round, "Hall", member, 0, reason="It has a grant already.")
    assert published_decisions(the_round) is None
    publish_decisions(the_round.id, by=member)
    shown = published_decisions(the_round)
    assert shown is not None
    (hall,) = shown["pots"][0]["projects"]
    assert (hall["title"], hall["rank"], hall["decision"]["reason"]) == ("Hall", 1, "It has a grant already.")


def test_channels_with_few_ballots_are_told_together() -> None:
    the_round, _member = a_ward_round_by_channels({"online": [("Hall",)] * 11, "paper": [("Bench",)] * 2})
    turnout = draft_of_result(the_round)["turnout"]
    assert turnout["ballots"] == 13
    assert turnout["channels"] == [{"names": ["online", "paper"], "count": 13}]


def told(the_round: Round) -> dict[str, tuple[str, str]]:
    """Everybody who was told of the result: address -> kind and text."""
    return {
        each.letter.to: (each.kind, each.letter.subject + each.letter.text)
        for each in opened_messages()
        if each.kind in ("result_won", "result_lost")
    }


def contacts(the_round: Round) -> dict[str, str]:
    """A contact for the group behind each bid: title -> address."""
    found = {}
    with transaction() as session:
        for project in projects_of(the_round.id):
            assert project.bid is not None
            account = account_of(someone(Role.GROUP_CONTACT).account_id)
            session.add(OrganisationContact(organisation_id=project.bid.organisation_id, account_id=account.id))
            found[project.title] = account.email
    return found


def test_every_group_is_told_its_votes_its_place_the_line_the_reason_and_whom_to_ask() -> None:
    the_round, member = a_ward_round()
    people = contacts(the_round)
    decided(the_round, "Hall", member, 0, reason="It has a grant already.")
    decided(the_round, "Pond", member, 0, reason="The pond freezes over in winter.")
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    assert told(the_round) == {}, "nobody is told before the release"
    released(the_round)
    letters = told(the_round)
    assert {title: letters[address][0] for title, address in people.items()} == {
        "Hall": "result_lost", "Bench": "result_won", "Pond": "result_lost",
    }  # fmt: skip
    lost = letters[people["Hall"]][1]
    for said in (
        "4 chose it", "It came 1 of 3", "The lowest place that got money is 2", "It has a grant already.",
        f"{member.name} decided otherwise", owner_of(the_round).name, "/result/projects/",
    ):  # fmt: skip
        assert said in lost
    assert "gets £3,000" in letters[people["Bench"]][1]


def test_a_correction_is_told_to_those_whom_it_changes_and_to_nobody_else() -> None:
    the_round, member = a_decided_round()
    people = contacts(the_round)
    released(the_round)
    first = len(opened_messages())
    decided(the_round, "Bench", member, 250_000)
    publish_decisions(the_round.id, by=member)
    released(the_round, reason="The amount for Bench was wrong.")
    (letter,) = opened_messages()[first:]
    assert letter.letter.to == people["Bench"]
    assert "The amount for Bench was wrong." in letter.letter.text


def test_the_digest_of_ballots_that_stay_secret_is_not_told() -> None:
    """Whoever knows the totals could try combinations of choices against it."""
    the_round = a_published_round()
    publication = published(the_round.id)
    assert publication is not None
    assert publication.content["pots"][0]["disclosure"]["level"] != "full"
    assert publication.content["count"]["profile_sha256"] is None
