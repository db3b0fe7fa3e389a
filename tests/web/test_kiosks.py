"""Doors of kiosks: officers' pages, the package without a person in it, and what tablets send."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from werkzeug.test import TestResponse

from pb.core.canonical import joined
from pb.core.kiosks import ENROL_FORMAT, Upload
from pb.models.event_days import DayStep
from pb.models.rounds import Policy, Round
from pb.models.stations import StationKind
from pb.services.area_postcodes import load_postcodes
from pb.services.codes import make_codes
from pb.services.event_days import DayWanted, draw_order, set_up_day
from pb.services.hall import begin, call
from pb.services.kiosk_uploads import as_kept
from pb.services.kiosks import kiosks_of
from pb.services.live_cache import forget
from pb.services.pots import PotEntry
from pb.services.stations import StationWanted, add_station
from tests.factories import an_area, an_officer, an_open_round, owner_of
from tests.kiosks import Device, a_device, a_station
from tests.reader import Reader, form_values, soup
from tests.services.test_kiosks import codes_for
from tests.signing_in import sign_in

PROJECT = Path(__file__).resolve().parents[2]


def sent(client: Reader, kiosk_id: int, upload: Upload) -> TestResponse:
    """What a tablet's page posts."""
    data = {
        "items": [as_kept(item) for item in upload.items],
        "waiting": upload.waiting,
        "made": upload.made,
        "signature": b64encode(upload.signature).decode(),
    }
    return client.post(f"/kiosk/{kiosk_id}/items", json=data)


def enrolled(client: Reader, device: Device, code: str) -> TestResponse:
    """What the enrolling page posts."""
    page = client.read("/kiosk/enrol")
    proof = str(page.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]
    signature = b64encode(device.sign(joined(ENROL_FORMAT, code))).decode()
    data = {"code": code, "key": device.public_key, "signature": signature}
    return client.post("/kiosk/enrol", json=data, headers={"X-CSRFToken": proof})


def test_an_officer_enrols_a_tablet_whose_ballots_then_come_in_and_takes_it_out_of_use(client: Reader) -> None:
    officer = an_officer()
    the_round = an_open_round(officer, policy=Policy.CODE)
    station = a_station(the_round, "Market")
    card, second = codes_for(the_round, 2)
    path = f"/officers/rounds/{the_round.slug}/kiosks"
    sign_in(client, officer)
    page = soup(client.send(f"{path}/add", {"station": str(station.id), "name": "Market 1"}))
    code = page.select_one(".yd-receipt__code").get_text().replace(" ", "")  # type: ignore[union-attr]
    assert page.select_one("svg.yd-qr") is not None
    device = Device(the_round)
    assert (
        "Look at the code again"
        in enrolled(client, device, code[:-1] + ("0" if code[-1] != "0" else "1")).json["error"]
    )  # type: ignore[index]
    answer = enrolled(client, device, code).json
    assert answer == {"kiosk": 1, "page": "/kiosk/1/"}
    device.kiosk_id = 1
    assert "an officer for a new one" in enrolled(client, Device(the_round), code).json["error"]  # type: ignore[index]

    item = device.cast(card, "Hall")
    told = sent(client, 1, device.upload()).json
    assert told == {"items": [{"answer": "stored", "id": item.id}], "version": 1, "votes": True}
    again = sent(client, 1, replace(device.upload(), waiting=3))
    assert again.status_code == 403
    assert "not signed by the tablet" in again.json["error"]  # type: ignore[index]
    assert client.post("/kiosk/1/items", json={"items": "all"}).status_code == 422
    assert "In the box1" in client.read(f"{path}/1").get_text().replace("\n", "")

    client.send(f"{path}/1/revoke", {"reason": "Its screen is broken."})
    refused = sent(client, 1, device.upload(device.cast(second, "Hall")))
    assert refused.status_code == 403
    assert "taken out of use" in refused.json["error"]  # type: ignore[index]
    assert "Out of use" in client.read(path).get_text()


def a_round_of_wards() -> tuple[Round, list[Any]]:
    """A declared round with a pot for each of two wards, told apart by postcodes."""
    wards = [an_area("Harbour"), an_area("Hill")]
    pots = [PotEntry("Harbour pot", 500_000, area_id=wards[0].id), PotEntry("Hill pot", 500_000, area_id=wards[1].id)]
    officer = an_officer()
    for ward, lines in zip(wards, ("EH6 6", "EH6 7\nEH6 6AB"), strict=True):
        load_postcodes(lines, ward.id, by=officer)
    bids = [("Bench", "harbour-pot", 300_000, None), ("Hall", "hill-pot", 300_000, None)]
    return an_open_round(
        policy=Policy.DECLARED, links=["live"], areas=wards, pots=pots, bids=bids, vote={"ballot_settings": {"most": 1}}
    ), wards


def test_a_tablet_carries_ballots_words_and_postcodes_and_nothing_of_any_person(client: Reader) -> None:
    the_round, wards = a_round_of_wards()
    codes = codes_for(the_round, 3)
    device = a_device(the_round, declares=True)
    answer = client.get(f"/kiosk/{device.kiosk_id}/package.json")
    package = answer.json or {}
    assert package["rules"]["table"] == {
        "known": True,
        "own": sorted(ward.id for ward in wards),
        "lines": {"EH6 6": wards[0].id, "EH6 7": wards[1].id, "EH6 6AB": wards[1].id},
    }
    assert [len(package["languages"][code]["sections"]) for code in package["order"]] == [2, 2]
    assert set(package["languages"]["cy"]["faults"]) == set(package["languages"]["en_GB"]["faults"])
    text = answer.get_data(as_text=True)
    assert not [code for code in codes if code in text]
    assert '"href="/' not in text.replace("\\", "")
    names = {"roundKey", "onlineKey"}
    assert {name for name in package if "key" in name.lower()} == names
    again = client.get(f"/kiosk/{device.kiosk_id}/package.json").json or {}
    assert again["mark"] == package["mark"]


def test_a_tablet_hears_what_can_be_scored_where_it_stands_and_no_more(client: Reader) -> None:
    the_round = an_open_round(policy=Policy.CODE)
    owner = owner_of(the_round)
    hall = add_station(the_round.id, StationWanted("Town hall", kind=StationKind.EVENT), by=owner)
    at_hall, at_stall = a_device(the_round, hall).kiosk_id, a_device(the_round).kiosk_id
    nothing = {"hall": None, "version": 1}
    assert client.get(f"/kiosk/{at_hall}/hall.json").json == nothing, "nobody has set the day up"
    set_up_day(hall.id, DayWanted(), by=owner)
    forget(the_round.id)
    before = client.get(f"/kiosk/{at_hall}/package.json").json or {}
    assert before["hall"]["order"] == [1, 2, 3]
    first, second, third = draw_order(hall.id, seed="04 17 23 31", by=owner)  # drawn when the tablet had left
    call(hall.id, second.pitch.id, by=owner)
    begin(hall.id, DayStep.SCORING, by=owner)
    told = {
        "turn": 2,
        "step": "scoring",
        "order": [each.project.number for each in (first, second, third)],
        "heard": [second.project.number],
        "heard_first": True,
        "hand_in_closed": False,
    }
    assert client.get(f"/kiosk/{at_hall}/hall.json").json == {"hall": told, "version": 1}
    after = client.get(f"/kiosk/{at_hall}/package.json").json or {}
    assert (after["hall"], after["mark"]) == (told, before["mark"]), "the tablet need not load everything anew"
    assert client.get(f"/kiosk/{at_stall}/hall.json").json == nothing
    assert "Save and step away" in after["languages"]["en_GB"]["screens"]
    stall = client.get(f"/kiosk/{at_stall}/package.json").json or {}
    assert "Save and step away" not in stall["languages"]["en_GB"]["screens"]


def test_two_officers_decide_on_their_pages_on_a_ballot_for_another_ward_than_its_card(client: Reader) -> None:
    officer = an_officer()
    wards = [an_area("Harbour"), an_area("Hill")]
    pots = [PotEntry("Harbour pot", 500_000, area_id=wards[0].id), PotEntry("Hill pot", 500_000, area_id=wards[1].id)]
    bids = [("Bench", "harbour-pot", 300_000, None), ("Hall", "hill-pot", 300_000, None)]
    the_round = an_open_round(
        officer, policy=Policy.CODE, areas=wards, pots=pots, bids=bids, vote={"ballot_settings": {"most": 1}}
    )
    made = make_codes(the_round.id, by=owner_of(the_round), count=2, name="Harbour cards", area_id=wards[0].id)
    device = a_device(the_round, name="Tablet one")
    right, wrong = made.codes
    device.cast(right, "Bench", area=wards[0].id)
    device.cast(wrong, "Hall", area=wards[1].id)
    told = sent(client, device.kiosk_id, device.upload()).json or {}
    assert sorted(each["answer"] for each in told["items"]) == ["quarantined", "stored"]

    path = f"/officers/rounds/{the_round.slug}/kiosks"
    late = f"{path}/{device.kiosk_id}/late"
    sign_in(client, officer)
    assert "1 for another area than the card’s" in client.read(path).get_text()
    assert "Choose what should become of them" in soup(client.send(late, {"reason": ""})).get_text()
    client.send(late, {"accept": "yes", "reason": "The wrong stack was at the stall."})
    assert "Another officer confirms it" in client.read(late).select_one("main").get_text()  # type: ignore[union-attr]
    other = an_officer()
    second = client.application.test_client()
    sign_in(second, other)  # type: ignore[arg-type]
    page = second.read(late)  # type: ignore[attr-defined]
    assert "The wrong stack was at the stall." in page.get_text()
    form = form_values(page.select_one("main form"))
    second.post(late, data={**form, "confirm": "yes"})
    assert kiosks_of(the_round.id)[0].numbers.accepted == 2


def test_a_page_that_has_changed_comes_to_tablets_with_a_new_worker(
    app: Flask, client: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/kiosk/worker.js").get_data(as_text=True)
    assert client.get("/kiosk/worker.js").get_data(as_text=True) == before
    name, loader = "stations/kiosk.html", app.jinja_env.loader
    assert loader is not None
    page = loader.get_source(app.jinja_env, name)[0].replace("</main>", "<p>One thing more.</p></main>")
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([DictLoader({name: page}), loader]))
    assert client.get("/kiosk/worker.js").get_data(as_text=True).split("\n")[0] != before.split("\n")[0]


def test_the_worker_keeps_what_the_page_loads_and_no_answer_deletes_what_a_tablet_has_saved(
    app: Flask, client: Reader
) -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round)
    script = client.get("/kiosk/worker.js").get_data(as_text=True)
    shell = json.loads(script[script.index("SHELL = ") + 8 : script.index("]") + 1])
    page = client.read(f"/kiosk/{device.kiosk_id}/")
    loaded = [str(link["href"]) for link in page.select("link[rel=stylesheet]")]
    loaded += [str(tag["src"]) for tag in page.select("script[src]")]
    assert [address for address in loaded if address not in shell] == []
    static = PROJECT / "static"
    addresses = [urlsplit(address).path for address in shell]
    assert [each for each in addresses if each != "/council.css" and not (static / each[8:]).is_file()] == []
    assert page.select("a[href]") == []
    assert "Clear-Site-Data" not in client.get(f"/kiosk/{device.kiosk_id}/").headers
    told = [
        path
        for folder in ("pb", "static/js", "templates")
        for path in sorted((PROJECT / folder).rglob("*"))
        if path.suffix in {".py", ".js", ".html"} and "clear-site-data" in path.read_text(encoding="utf-8").lower()
    ]
    assert told == [], "it would delete ballots that wait on a tablet"
