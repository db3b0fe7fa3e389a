"""The pages of an event day: set up by an officer, run by stewards with buttons, read in the hall without a script."""

from __future__ import annotations

from werkzeug.test import TestResponse

from pb.core.actors import Role
from pb.models.event_days import DayStep, Presence
from pb.models.rounds import Policy
from pb.models.stations import StationKind
from pb.services.accounts import account_of
from pb.services.event_days import find_day, running_order
from tests.factories import PASSWORD, an_account, an_open_round
from tests.reader import Reader, soup
from tests.signing_in import sign_in
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import filled

SCORE_ALL = {"ballot_type": "scoring", "ballot_settings": {"lowest": 1, "highest": 5, "score_all": True}}
DAY = {"pitch_seconds": "150", "question_seconds": "60", "scoring_seconds": "30", "absent_rule": "statement"}


def words_of(answer: TestResponse) -> str:
    return " ".join(soup(answer).get_text(" ").split())


def test_an_officer_sets_the_day_up_and_a_steward_runs_it_with_buttons(client: Reader) -> None:
    owner, steward, stranger = an_account(Role.OFFICER), an_account(Role.STEWARD), an_account(Role.STEWARD)
    the_round = an_open_round(owner, policy=Policy.DECLARED, vote=SCORE_ALL)
    station = a_station(the_round, "Town hall", kind=StationKind.EVENT)
    screen = f"/rounds/{the_round.slug}/hall"
    assert "This round has no event day." in words_of(client.get(screen))

    set_up = f"/officers/rounds/{the_round.slug}/stations/{station.id}/event-day"
    sign_in(client, owner)
    wrong = client.send(set_up, {**DAY, "pitch_seconds": "5"})
    assert "Enter a number from 10 to 3600" in words_of(wrong)
    assert soup(wrong).select_one("[name=scoring_seconds][value='30']"), "what was typed stays"
    assert client.send(set_up, {**DAY, "late_comers_may_score": ""}).status_code == 303
    client.send(set_up, {"seed": "04 17 23"}, form="form[action$='/order']")
    order = running_order(station.id)
    sheet = words_of(client.get(f"{set_up}/order"))
    assert "2:30 minutes to present" in sheet
    assert "04 17 23" in sheet
    assert sheet.index(order[0].project.title) < sheet.index(order[-1].project.title)
    assert "The doors open soon" in words_of(client.get(screen)), "no steward is there yet"
    client.delete_cookie("you_decide")

    base = f"/stations/{the_round.slug}/{station.id}"
    cards_at(the_round, station, by_steward=True, channel="event")
    second = on_rota(the_round, station, an_account(Role.STEWARD))
    one, other = on_rota(the_round, station, steward), on_rota(the_round, station)
    opened(station, one, other)
    sign_in(client, stranger)
    assert client.get(f"{base}/hall").status_code == 403
    assert client.get(f"{base}/check-in").status_code == 403
    client.delete_cookie("you_decide")
    sign_in(client, steward)

    def press(do: str) -> None:
        answer = client.send(f"{base}/hall", form=f"form:has(input[name=do][value={do}])")
        assert answer.status_code == 303

    def day_step() -> tuple[DayStep, bool]:
        day = find_day(the_round.id, station.id)
        return day.step, day.seconds_left is None

    missing = client.send(f"{base}/check-in", filled(name="", year_of_birth="84", what="card"))
    assert missing.status_code == 422
    told = soup(missing).select_one(".govuk-error-summary")
    assert told is not None
    assert told.get_text(" ", strip=True).endswith("Ask for their full name. Enter the year in four figures, like 1984")
    assert soup(missing).select_one("[name=postcode][value='EX1 1AB']"), "what was typed stays"
    young = words_of(client.send(f"{base}/check-in", filled(year_of_birth="2024", what="card")))
    assert "They cannot vote in this round, which is from the age of 11. Press “Observer badge”" in young
    press("call")
    assert day_step() == (DayStep.PITCH, False)
    press("resume")
    assert day_step() == (DayStep.PITCH, True)
    press("scoring")
    press("absent")
    assert day_step() == (DayStep.SCORING, True)
    first = running_order(station.id)[0].pitch
    assert first.presence == Presence.ABSENT
    back = client.send(f"{base}/hall", form="form:has(input[name=do][value=absent])")
    row = back.location.partition("#")[2]
    assert row == f"pitch-{first.id}"
    assert client.read(f"{base}/hall").select_one(f"#{row}"), "whoever presses in a row comes back to it"
    shown = client.get(screen)
    assert f"Now, 1 of 3 {order[0].project.title}" in words_of(shown)
    assert '<noscript><meta http-equiv="refresh"' in shown.get_data(as_text=True)

    late = client.send(f"{base}/check-in", filled(what="card"))
    assert late.status_code == 409, "the presentations have begun, and summaries are not enough here"
    assert "Give them an observer badge" in words_of(late)
    assert client.send(f"{base}/check-in", {"observer": "yes"}).status_code == 303
    assert "Checked in 1" in words_of(client.get(f"{base}/hall"))

    assert client.send(f"{base}/hall/hand-in").status_code == 422
    assert client.send(f"{base}/hall/hand-in", {"agreed": "y"}).status_code == 303
    assert day_step()[0] == DayStep.HANDED_IN
    assert "The hand-in was closed" in words_of(client.get(f"{base}/hall"))
    again = f"{base}/hall/hand-in/again"
    nobody = soup(client.send(again, {"reason": "Too soon.", "email": "nobody@example.org", "password": PASSWORD}))
    assert nobody.select_one("#email-error")
    assert "Too soon." in str(nobody.select_one("#reason")), "what was typed stays"
    two = {"reason": "Too soon.", "email": account_of(second.account_id).email, "password": PASSWORD}
    assert client.send(again, two).status_code == 303
    assert day_step() == (DayStep.BREAK, True)
    assert client.send(f"{base}/hall/hand-in", {"agreed": "y"}).status_code == 303
    assert "Thank you. The hand-in is closed." in words_of(client.get(screen))
