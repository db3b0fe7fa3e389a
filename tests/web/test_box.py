"""Lock, box, count and what everybody can check, in pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.canonical import words
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.envelopes import Receipt
from pb.models.rounds import KeyMode, Round
from pb.services.accounts import set_active
from pb.services.cancelling import ask_cancellation
from pb.services.counts import last_count
from pb.services.locks import ask_lock, lock_ballot
from pb.services.opening import approve_opening
from pb.services.pots import PotEntry
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.factories import (
    DATES,
    a_certified_round,
    a_checked_round,
    a_closed_round,
    a_counted_round,
    a_locked_round,
    an_account,
    an_open_round,
    an_opened_round,
    cast_ballots,
    someone,
    turn_to,
)
from tests.reader import Reader, form_values, soup
from tests.signing_in import sign_in, step_up
from tests.voters import go_on

TIED = {"pots": [PotEntry("Everywhere", 500_000)], "ballots": [("Bench", "Pond"), ("Bench", "Pond")]}
HALL_LAST = [("Bench", "Pond"), ("Bench", "Pond"), ("Hall", "Bench")]


def text_of(page: object) -> str:
    """All words of a page on one line."""
    return " ".join(page.get_text(" ").split())  # type: ignore[attr-defined]


def enter(client: Reader, *roles: Role) -> Actor:
    """Sign in as somebody new with these roles; the last sign-in ends."""
    client.delete_cookie("you_decide")
    who = an_account(*roles)
    sign_in(client, who)
    return who


def path_of(the_round: Round, page: str) -> str:
    """The address of one of the officer's pages about a round."""
    return f"/officers/rounds/{the_round.slug}/{page}"


def state_of(the_round: Round) -> RoundState:
    """The state of a round as the database holds it now."""
    db.session.expire_all()
    return find_round(the_round.slug).state


def test_the_owner_asks_and_an_approver_locks_after_showing_the_second_factor_again(client: Reader) -> None:
    owner = an_account(Role.OFFICER)
    the_round = a_checked_round(owner)
    sign_in(client, owner)
    page = client.read(path_of(the_round, "lock"))
    assert "The order on the ballot is drawn by chance at the lock" in text_of(page)
    assert client.send(path_of(the_round, "lock")).status_code == 303
    assert "It waits for an approver" in text_of(client.read(path_of(the_round, "lock")))
    approver = enter(client, Role.APPROVER)
    client.application.extensions["test_clock"].turn(minutes=20)
    asked = client.get(path_of(the_round, "lock/confirm"))
    assert "/account/confirm-it-is-you" in asked.location
    step_up(client, approver)
    unread = client.send(path_of(the_round, "lock/confirm"))
    assert unread.status_code == 422
    assert state_of(the_round) == RoundState.CHECKING
    assert client.send(path_of(the_round, "lock/confirm"), {"read": "y"}).status_code == 303
    assert state_of(the_round) == RoundState.LOCKED
    assert words(find_round(the_round.slug).frozen_sha256 or "") in text_of(client.read(path_of(the_round, "lock")))


def test_what_still_stops_the_lock_is_shown_with_a_way_to_mend_it(client: Reader) -> None:
    owner = an_account(Role.OFFICER)
    the_round = a_checked_round(owner, key_mode=KeyMode.HOLDERS)
    sign_in(client, owner)
    page = client.read(path_of(the_round, "lock"))
    assert page.select_one(f'main a[href="{path_of(the_round, "key-holders")}"]') is not None
    assert "Ask for the lock" not in text_of(page)


def test_a_key_holder_is_appointed_chooses_and_tests_a_passphrase(client: Reader) -> None:
    owner, holder = an_account(Role.OFFICER), an_account(Role.SCRUTINY, name="Grace Holder")
    the_round = a_checked_round(owner, key_mode=KeyMode.HOLDERS)
    sign_in(client, owner)
    client.send(path_of(the_round, "key-holders"), {"account": str(holder.account_id)}, form="form[novalidate]")
    assert "Grace Holder Has not chosen a passphrase" in text_of(client.read(path_of(the_round, "key-holders")))
    client.delete_cookie("you_decide")
    sign_in(client, holder)
    my_key = client.read("/officers/keys").select_one("main a[href$='/my-key']")
    assert my_key is not None
    weak = client.send(str(my_key["href"]), {"passphrase": "too short", "repeated": "too short"})
    assert "at least 4 different words" in text_of(soup(weak))
    unlike = client.send(str(my_key["href"]), {"passphrase": "copper thunder biscuit moors", "repeated": "copper"})
    assert "The two are not the same" in text_of(soup(unlike))
    right = "copper thunder biscuit moors"
    chosen = client.send(str(my_key["href"]), {"passphrase": right, "repeated": right})
    wrong = client.send(chosen.location, {"passphrase": "copper thunder biscuit moor"})
    assert wrong.status_code == 422
    assert "That is not the passphrase" in text_of(soup(wrong))
    assert client.send(chosen.location, {"passphrase": right}).status_code == 303
    assert "Ready" in text_of(client.read("/officers/keys"))


def test_somebody_who_holds_no_key_finds_no_page_to_choose_a_passphrase(client: Reader) -> None:
    the_round = a_checked_round(key_mode=KeyMode.HOLDERS)
    enter(client, Role.OFFICER)
    assert client.get(path_of(the_round, "my-key")).status_code == 404


def test_while_voting_is_open_the_box_tells_how_many_and_no_choice(client: Reader) -> None:
    the_round = an_open_round(policy="code")
    cast_ballots(the_round, [("Hall",), ("Hall", "Bench")])
    enter(client, Role.OFFICER, Role.COUNT_LEAD)
    page = client.read(path_of(the_round, "box"))
    assert "Ballots in the box 2" in text_of(page)
    assert not [title for title in ("Hall", "Bench", "Pond") if title in text_of(page.select_one("main"))]
    assert "Nothing to count yet" in text_of(client.read(path_of(the_round, "counts")))


def test_the_box_is_frozen_approved_by_two_and_opened_in_pages(client: Reader) -> None:
    the_round = a_closed_round()
    lead = enter(client, Role.COUNT_LEAD)
    early = client.get(path_of(the_round, "box/open"))
    assert early.status_code == 302, "nobody types a passphrase before the box is frozen"
    assert "These steps come first" in text_of(client.read(early.location))
    assert client.send(path_of(the_round, "box")).status_code == 303
    root = find_round(the_round.slug).sealed_root
    assert root is not None
    assert words(root) in text_of(client.read(path_of(the_round, "box")))
    refused = client.send(path_of(the_round, "box/open"))
    assert refused.status_code == 409
    assert "Approvals that are still missing: 2" in text_of(soup(refused))
    for _ in range(2):
        enter(client, Role.OFFICER)
        assert client.send(path_of(the_round, "box/approve"), {"ready": "y"}).status_code == 303
    client.delete_cookie("you_decide")
    sign_in(client, lead)
    assert client.send(path_of(the_round, "box/open"), {"first_witness": "Ann Other"}).status_code == 303
    page = text_of(client.read(path_of(the_round, "box")))
    assert "Valid ballots 5" in page
    assert "Witnesses: Ann Other" in page
    assert "differs by" not in page


def test_a_wrong_passphrase_stands_beside_the_person_who_typed_it(client: Reader) -> None:
    from tests.holders import a_round_with_holders, locked, rehearse_pairs  # the same three people

    the_round, people = a_round_with_holders()
    rehearse_pairs(locked(the_round), people)
    client.application.extensions["test_clock"].at = the_round.decision_by
    enter(client, Role.COUNT_LEAD)
    client.send(path_of(the_round, "box"))
    typed = {
        "first_holder": str(people[0][0]),
        "first_passphrase": people[0][1],
        "second_holder": str(people[1][0]),
        "second_passphrase": "not what was chosen at all",
    }
    wrong = client.send(path_of(the_round, "box/open"), typed)
    assert wrong.status_code == 422
    page = soup(wrong)
    assert page.select_one("#second_passphrase-error") is not None
    assert page.select_one("#first_passphrase-error") is None
    assert "both are typed again" in text_of(page)
    assert state_of(the_round) == RoundState.CLOSED


def test_a_count_is_recorded_and_certified_by_another_and_then_follows_step_by_step(client: Reader) -> None:
    the_round = an_opened_round()
    enter(client, Role.COUNT_LEAD)
    assert client.send(path_of(the_round, "counts")).status_code == 303
    page = client.read(path_of(the_round, "counts"))
    steps = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.select(".yd-table tbody tr")
    ]
    assert [row[:5] for row in steps] == [
        ["1. Hall", "4", "£6,000", "£10,000", "£6,000"],
        ["2. Bench", "3", "£3,000", "£4,000", "£3,000"],
        ["3. Pond", "2", "£2,500", "£1,000", "nothing"],
    ]
    assert client.get(path_of(the_round, "counts/certify")).status_code == 403
    enter(client, Role.SECOND_TELLER)
    assert client.send(path_of(the_round, "counts/certify"), {"checked": "y"}).status_code == 303
    assert state_of(the_round) == RoundState.DECIDING
    assert "This count is certified" in text_of(client.read(path_of(the_round, "counts")))


def test_a_lot_is_typed_in_where_a_tie_is_open(client: Reader) -> None:
    the_round = an_opened_round(**TIED)
    enter(client, Role.COUNT_LEAD)
    assert "A lot must be drawn" in text_of(client.read(path_of(the_round, "counts")))
    page = client.read(path_of(the_round, "counts/lot"))
    tied = {option.get_text(): str(option["value"]) for option in page.select("#place_1 option") if option["value"]}
    twice = {
        "place_1": tied["Bench"],
        "place_2": tied["Bench"],
        "method": "A hat.",
        "first_witness": "Ann",
        "second_witness": "Ben",
        "outsider": "y",
    }
    wrong = client.send(path_of(the_round, "counts/lot"), twice)
    assert wrong.status_code == 422
    assert "Give each of the tied bids one place" in text_of(soup(wrong))
    client.send(path_of(the_round, "counts/lot"), {**twice, "place_1": tied["Pond"]})
    client.send(path_of(the_round, "counts"))
    page = client.read(path_of(the_round, "counts"))
    assert "A lot was drawn in public" in text_of(page)
    assert page.select_one(".yd-table tbody th").get_text() == "1. Pond"


def test_a_part_offer_is_made_answered_and_counted_again(client: Reader) -> None:
    the_round = a_counted_round(ballots=HALL_LAST)
    enter(client, Role.COUNT_LEAD)
    page = client.read(path_of(the_round, "counts"))
    assert "The offer to “Hall” has no answer yet." in text_of(page)
    make = page.select_one("main a[href*='/counts/offers/']")
    assert make is not None
    client.send(str(make["href"]))
    answer = client.read(path_of(the_round, "counts")).select_one("main a[href$='/answer']")
    assert answer is not None
    assert client.send(str(answer["href"]), {"answer": "yes"}).status_code == 303
    assert "Count again" in text_of(client.read(path_of(the_round, "counts")))
    assert client.send(path_of(the_round, "counts/again"), {"reason": " "}).status_code == 422
    client.send(path_of(the_round, "counts/again"), {"reason": "Hall said yes."})
    page = text_of(client.read(path_of(the_round, "counts")))
    assert "Part funded. It asked for £6,000, was offered £4,500, and said yes." in page
    assert "Why it was counted again: Hall said yes." in page


def test_a_receipt_is_looked_up_by_anybody_once_the_box_is_open(client: Reader) -> None:
    the_round = an_open_round(policy="code")
    (receipt,) = cast_ballots(the_round, [("Hall",)])
    path = f"/rounds/{the_round.slug}/receipts"
    assert "The box is still shut" in text_of(client.read(path))
    client.application.extensions["test_clock"].at = the_round.decision_by
    from pb.services.opening import approve_opening, freeze_box, open_box

    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    approve_opening(the_round.id, by=someone(Role.OFFICER))
    approve_opening(the_round.id, by=someone(Role.APPROVER))
    open_box(the_round.id, by=lead)
    assert "Yes, it was counted" in text_of(client.read(f"{path}?receipt={receipt.lower()}"))
    found = client.read(f"{path}?receipt=0000000000000")
    assert "No counted ballot has this receipt" in text_of(found)
    wrong = client.get(f"{path}?receipt=nonsense")
    assert wrong.status_code == 422
    assert "That is not a receipt" in text_of(soup(wrong))


def test_the_fixed_ballot_is_public_with_its_seed_and_exactly_the_bytes_of_its_digest(client: Reader) -> None:
    import hashlib

    the_round = a_locked_round()
    page = text_of(client.read(f"/rounds/{the_round.slug}/the-ballot"))
    assert the_round.order_seed in page
    assert words(the_round.frozen_sha256 or "") in page
    assert "That is weaker than key holders" in page
    file = client.get(f"/rounds/{the_round.slug}/the-ballot.json").get_data()
    assert hashlib.sha256(file).hexdigest() == the_round.frozen_sha256


def test_how_it_was_counted_is_for_the_council_until_it_is_published(client: Reader) -> None:
    the_round = a_certified_round()
    path = f"/rounds/{the_round.slug}/how-it-was-counted"
    assert client.get(path).status_code == 404
    enter(client, Role.OFFICER)
    page = text_of(client.read(path))
    assert "Only the council sees this page until the result is published." in page
    count = last_count(the_round.id)
    assert count is not None
    for digest in (the_round.frozen_sha256, the_round.sealed_root, the_round.ballot_root, count.outcome_sha256):
        assert words(digest or "") in page


@pytest.mark.parametrize("page", ["lock/confirm", "box/open", "box/approve", "counts/again", "counts/lot"])
def test_a_member_passes_none_of_the_doors_of_the_count(client: Reader, page: str) -> None:
    the_round = a_locked_round()
    enter(client, Role.MEMBER)
    answer = client.get(path_of(the_round, page))
    assert answer.status_code == 403
    assert "does not have the role" in text_of(soup(answer))


def test_a_group_sees_its_offer_answers_it_once_and_is_written_to(client: Reader) -> None:
    from pb.models.bids import Bid
    from pb.models.organisations import OrganisationContact
    from pb.services.offers import make_offer
    from pb.services.outbox import opened_messages
    from pb.services.transactions import transaction

    the_round = a_counted_round(ballots=HALL_LAST)
    contact = an_account(Role.GROUP_CONTACT)
    bid = db.session.scalars(db.select(Bid).where(Bid.title == "Hall")).one()
    reference = bid.reference
    with transaction() as session:
        session.add(OrganisationContact(organisation_id=bid.organisation_id, account_id=contact.account_id))
    make_offer(the_round.id, reference, by=someone(Role.OFFICER))
    sign_in(client, contact)
    sent = client.read(f"/groups/bids/{reference}")
    assert sent.select_one(f'main a[href="/groups/bids/{reference}/offer"]') is not None
    page = client.read(f"/groups/bids/{reference}/offer")
    assert "£4,500 of the £6,000 that you asked for was left" in text_of(page)
    assert client.send(f"/groups/bids/{reference}/offer").status_code == 422
    assert client.send(f"/groups/bids/{reference}/offer", {"answer": "yes"}).status_code == 303
    assert "Your group has said yes" in text_of(client.read(f"/groups/bids/{reference}/offer"))
    letters = [each.letter for each in opened_messages() if each.kind == "offer_made"]
    assert [letter.subject for letter in letters] == [f"Your bid {reference} is offered £4,500"]
    assert letters[0].text.count(f"/groups/bids/{reference}") == 1


def test_another_group_finds_no_offer(client: Reader) -> None:
    a_counted_round(ballots=HALL_LAST)
    from pb.models.bids import Bid

    reference = db.session.scalar(db.select(Bid.reference).where(Bid.title == "Hall"))
    enter(client, Role.GROUP_CONTACT)
    assert client.get(f"/groups/bids/{reference}/offer").status_code == 404


def test_a_line_that_differs_is_explained_and_confirmed_by_two_people_in_pages(client: Reader) -> None:
    the_round = an_opened_round()
    with transaction() as session:
        session.delete(session.scalars(select(Receipt)).first())
    enter(client, Role.COUNT_LEAD)
    box = soup(client.get(path_of(the_round, "box")))
    assert "do not come out even: 1." in text_of(box)
    link = box.select_one("main a[href*='/box/account/']")
    assert link is not None
    empty = client.send(str(link["href"]), {"reason": " "})
    assert empty.status_code == 422
    assert "The reason is published" in text_of(soup(empty))
    client.send(str(link["href"]), {"reason": "A row was taken out by hand."})
    own = client.get(str(link["href"]))
    assert "Somebody else, who did not give the reason, confirms it." in text_of(soup(own))
    enter(client, Role.SECOND_TELLER)
    page = client.get(str(link["href"]))
    assert "A row was taken out by hand." in text_of(soup(page))
    confirming = "form[action*='/box/confirm/']"
    assert client.send(str(link["href"]), form=confirming).status_code == 422
    assert client.send(str(link["href"]), {"agreed": "y"}, form=confirming).status_code == 303
    page = text_of(soup(client.get(path_of(the_round, "box"))))
    assert "A row was taken out by hand." in page
    assert "still to confirm" not in page


def test_two_people_cancel_a_vote_and_the_second_reads_the_very_reason(client: Reader) -> None:
    owner, approver = an_account(Role.OFFICER), an_account(Role.APPROVER)
    the_round = an_open_round(owner)
    page, confirm = path_of(the_round, "cancel-vote"), path_of(the_round, "cancel-vote/confirm")
    sign_in(client, owner)
    assert client.get(path_of(the_round, "cancel")).location == page
    long = client.send(page, {"reason": "x" * 4001})
    assert (long.status_code, "x" * 4001 in long.get_data(as_text=True)) == (422, True)
    assert client.send(page, {"reason": "Wrong cards."}).status_code == 303
    assert "Take it back" in text_of(client.read(page))
    assert client.get(confirm).status_code == 403
    client.delete_cookie("you_decide")
    sign_in(client, approver)
    assert "The round is to be cancelled: confirm or refuse it" in text_of(client.read("/officers/"))
    assert client.read(page).select_one(f"a[href='{confirm}']") is not None
    read = client.get(confirm)
    assert "Wrong cards." in text_of(soup(read))
    assert client.send(confirm).status_code == 422
    ask_cancellation(the_round.id, "Too few voted.", by=owner)
    changed = go_on(client, read, {"agreed": "y"})
    assert (changed.status_code, "Too few voted." in text_of(soup(changed))) == (409, True)
    assert client.send(confirm, form="form[action$='/drop']").status_code == 303
    assert (client.get(confirm).status_code, state_of(the_round)) == (302, RoundState.VOTING)
    ask_cancellation(the_round.id, "Wrong cards.", by=owner)
    assert client.send(confirm, {"agreed": "y"}).status_code == 303
    assert state_of(the_round) == RoundState.CANCELLED
    assert "Wrong cards." in text_of(client.read(f"/rounds/{the_round.slug}"))


def test_a_reason_that_was_typed_before_voting_opened_is_kept_when_two_must_cancel(client: Reader) -> None:
    owner = an_account(Role.OFFICER)
    the_round = a_locked_round(owner)
    turn_to((the_round.voting_opens_at or DATES.voting_opens_at) - timedelta(minutes=5))
    sign_in(client, owner)
    form = client.read(path_of(the_round, "cancel")).select_one("main form")
    assert form is not None
    typed = form_values(form) | {"reason": "The cards were wrong."}
    turn_to(the_round.voting_opens_at)
    told = client.post(path_of(the_round, "cancel"), data=typed)
    assert told.status_code == 403
    assert "two people cancel a round" in text_of(soup(told))
    assert "The cards were wrong." in told.get_data(as_text=True)
    assert go_on(client, told, {}).status_code == 303
    assert find_round(the_round.slug).cancel_asked_reason == "The cards were wrong."


def test_stewards_and_the_reading_panel_read_no_count_before_everybody_does(client: Reader) -> None:
    the_round = a_certified_round()
    early = [path_of(the_round, "counts"), path_of(the_round, "reveal"), f"/rounds/{the_round.slug}/how-it-was-counted"]
    early.append(f"{early[-1]}/other-rules")
    for role in (Role.STEWARD, Role.READING_PANEL):
        enter(client, role)
        assert [client.get(path).status_code for path in early] == [403, 403, 404, 404]
        box = client.read(path_of(the_round, "box"))
        assert box.select('a[href$="/counts"]') == []
    enter(client, Role.SCRUTINY)
    assert [client.get(path).status_code for path in early] == [200] * 4


def test_a_round_that_was_never_rehearsed_leads_from_its_pages_to_what_can_be_done(client: Reader) -> None:
    owner = an_account(Role.OFFICER)
    the_round = a_checked_round(owner)
    sha256 = ask_lock(the_round.id, by=owner)
    lock_ballot(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
    client.application.extensions["test_clock"].at = the_round.voting_closes_at
    sign_in(client, owner)
    for tail in ("", "rehearsal"):
        page = client.read(path_of(the_round, tail).rstrip("/"))
        assert "never opened" in text_of(page)
        assert page.select_one(f"a[href='{path_of(the_round, 'cancel')}']") is not None
        assert "Open the test ballot" not in text_of(page)


def test_the_box_names_who_approved_and_may_not_any_more(client: Reader) -> None:
    the_round = a_closed_round()
    goes = someone(Role.OFFICER, name="Gone Officer")
    approve_opening(the_round.id, by=goes)
    set_active(goes.account_id or 0, False, by=someone(Role.ADMINISTRATOR))
    enter(client, Role.OFFICER)
    page = text_of(client.read(path_of(the_round, "box")))
    assert "The approval of Gone Officer no longer counts" in page
    assert "Approve the opening" in page
