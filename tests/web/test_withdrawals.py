"""A project that leaves the ballot in mid-vote, in pages: two officers, the public page, and forms that were open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pb.core.actors import Role
from pb.models.rounds import Policy, Round
from pb.services import voter_letters
from pb.services.casting import cast
from pb.services.delivery import deliver_due
from pb.services.elections import projects_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from tests.factories import an_account, owner_of, someone
from tests.reader import Reader, form_values, soup
from tests.services.test_withdrawals import stops_at
from tests.signing_in import sign_in
from tests.voters import GOOD_MARKS, SAM, a_paper, a_voting_round, codes_for, go_on

REASON = "The building was sold."


def words_of(answer: object) -> str:
    return " ".join(soup(answer).get_text(" ").split())  # type: ignore[arg-type]


def withdraw(the_round: Round, number: int) -> str:
    """Take the project with this number off the ballot; gives its title."""
    project = next(each for each in projects_of(the_round.id) if each.number == number)
    ask_withdrawal(project.id, REASON, by=owner_of(the_round))
    confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))
    return project.title


def test_an_officer_asks_and_an_approver_takes_a_project_off(client: Reader) -> None:
    owner, approver = an_account(Role.OFFICER), an_account(Role.APPROVER)
    the_round = a_voting_round(by=owner)
    pages = f"/officers/rounds/{the_round.slug}/withdrawals"
    project = projects_of(the_round.id)[0]
    sign_in(client, owner)
    assert client.send(f"{pages}/{project.key}", {"reason": " "}).status_code == 422
    assert client.send(f"{pages}/{project.key}", {"reason": REASON}).status_code == 303
    assert "Waits for an approver" in words_of(client.get(pages))
    client.delete_cookie("you_decide")
    sign_in(client, approver)
    assert REASON in words_of(client.get(f"{pages}/{project.key}/confirm"))
    assert client.send(f"{pages}/{project.key}/confirm").status_code == 422
    page = client.get(f"{pages}/{project.key}/confirm")
    ask_withdrawal(project.id, "Something else.", by=owner_of(the_round))
    changed = go_on(client, page, {"agreed": "y"})
    assert (changed.status_code, find_round(the_round.slug).ballot_version) == (409, 1)
    assert "The reason has changed" in words_of(changed)
    assert "Something else." in words_of(changed)
    ask_withdrawal(project.id, REASON, by=owner_of(the_round))
    page = client.get(f"{pages}/{project.key}/confirm")
    assert go_on(client, page, {"agreed": "y"}).status_code == 303
    assert find_round(the_round.slug).ballot_version == 2
    client.delete_cookie("you_decide")
    public = words_of(client.get(f"/rounds/{the_round.slug}"))
    assert f"“{project.title}” has left the ballot. The reason: {REASON}" in public
    assert "Ballots cast before that stay valid" in public
    assert REASON in words_of(client.get(f"/rounds/{the_round.slug}/projects/{project.key}"))


def test_every_version_of_the_ballot_can_be_downloaded_under_its_fingerprint(client: Reader) -> None:
    the_round = a_voting_round()
    first = client.get(f"/rounds/{the_round.slug}/the-ballot.json").get_data()
    title = withdraw(the_round, 1)
    page = client.read(f"/rounds/{the_round.slug}/the-ballot")
    links = [str(link["href"]) for link in page.select("main a[href*='version=']")]
    assert len(links) == 2
    assert f"without “{title}”" in " ".join(page.get_text(" ").split())
    assert client.get(links[0]).get_data() == first
    assert client.get(links[1]).get_json()["version"] == 2
    assert client.get(f"/rounds/{the_round.slug}/the-ballot.json?version=9").status_code == 404


@pytest.mark.parametrize("kind", ["approval", "ranked", "points"])
@pytest.mark.parametrize("when", ["before the check", "before the casting"])
def test_an_open_form_of_the_old_ballot_keeps_what_can_still_be_chosen(client: Reader, kind: str, when: str) -> None:
    the_round = a_voting_round(kind)
    (code,) = codes_for(the_round)
    page = client.send(f"/rounds/{the_round.slug}/vote", {"code": code})
    marks = GOOD_MARKS[kind]
    gone = int(sorted(marks)[0].removeprefix("p"))
    if when == "before the casting":
        page = go_on(client, page, marks)
        assert page.status_code == 200
    title = withdraw(the_round, gone)
    again = go_on(client, page, marks if when == "before the check" else {})
    told = words_of(again)
    assert again.status_code == 409
    assert "The ballot has changed since you opened it. Nothing was recorded." in told
    assert f"“{title}” has left the ballot. The reason: {REASON}" in told
    form = soup(again).select_one("main form")
    assert form is not None
    assert form.select_one(f"[name=p{gone}]") is None
    kept = sorted(marks)[1]
    assert form_values(form).get(kept) == marks[kept]
    left = {name: mark for name, mark in marks.items() if name != f"p{gone}"}
    if kind == "points":
        left = {kept: "10"}
    done = go_on(client, go_on(client, again, left))
    assert soup(done).select_one("#receipt") is not None


def test_officers_see_how_far_the_letters_to_voters_are(client: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voter_letters, "PART", 2)
    owner = an_account(Role.OFFICER)
    the_round = a_voting_round(by=owner, policy=Policy.CONTACT)
    for letter in "ABC":
        claim = Claim(declaration=replace(SAM, name=f"Voter {letter}"), contact=f"{letter}@example.org", proven=True)
        cast(a_paper(the_round, letter), claim)
    pages = f"/officers/rounds/{the_round.slug}/withdrawal"
    sign_in(client, owner)
    withdraw(the_round, 1)
    assert "0 of 3 letters written" in words_of(client.get(f"{pages}s"))
    monkeypatch.setattr(voter_letters, "_tell", stops_at(3, voter_letters._tell))
    deliver_due()
    page = client.read(f"{pages}s")
    assert page.select_one("progress")["value"] == "2"  # type: ignore[index]
    told = client.get(f"{pages}-letters").json or {}
    assert (told["done"], told["total"], told["ended"]) == (2, 3, False)
