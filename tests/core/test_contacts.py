"""Contacts: which ones a code can be sent to, when two are one, and the six figures."""

from __future__ import annotations

import pytest

from pb.core.contacts import DISPOSABLE, Way, one_time_code, read_contact, read_one_time
from pb.core.errors import Refusal
from pb.core.roll import contact_tag

KEY = bytes(32)


@pytest.mark.parametrize(
    "one, other",
    [
        ("sam@example.org", " SAM@example.org "),
        ("sam@example.org", "sam+vote2@example.org"),
        ("sam.okafor@gmail.com", "samokafor+x@googlemail.com"),
        ("07700 900123", "+44 (0)7700 900 123"),
        ("07700 900123", "0044 7700-900-123"),
    ],
)
def test_two_ways_to_write_a_contact_are_one_contact(one: str, other: str) -> None:
    assert read_contact(one, texts=True).same == read_contact(other, texts=True).same
    assert contact_tag(KEY, 1, one) == contact_tag(KEY, 1, other)
    assert contact_tag(KEY, 1, one) != contact_tag(KEY, 2, one)


def test_mail_goes_to_the_address_as_it_was_typed() -> None:
    contact = read_contact(" Sam.Okafor+pb@Gmail.com ", texts=False)
    assert (contact.way, contact.address) == (Way.EMAIL, "Sam.Okafor+pb@Gmail.com")


def test_a_text_goes_to_the_number_in_its_international_form() -> None:
    contact = read_contact("07700 900123", texts=True)
    assert (contact.way, contact.address) == (Way.TEXT, "+447700900123")


@pytest.mark.parametrize(
    "typed, code",
    [
        ("", "contact_missing"),
        ("sam@", "email_shape"),
        ("twelve", "phone_shape"),
        ("me@mailinator.com", "email_disposable"),
        ("me@eu.Mailinator.com", "email_disposable"),
        ("01632 960 001", "phone_no_texts"),
        ("07012 345678", "phone_no_texts"),
        ("07612 345678", "phone_no_texts"),
        ("+33 6 12 34 56 78", "phone_no_texts"),
    ],
)
def test_a_contact_that_cannot_stand_for_one_person_is_refused_beside_its_field(typed: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_contact(typed, texts=True)
    assert (refused.value.code, refused.value.fault.field) == (code, "contact")


def test_manx_mobiles_take_texts() -> None:
    assert read_contact("07624 123456", texts=True).way == Way.TEXT


def test_a_number_is_refused_where_the_council_sends_no_texts() -> None:
    with pytest.raises(Refusal) as refused:
        read_contact("07700 900123", texts=False)
    assert refused.value.code == "texts_off"


def test_a_domain_that_only_ends_alike_is_not_refused() -> None:
    assert read_contact("sam@notmailinator.com", texts=False).way == Way.EMAIL


def test_the_list_of_disposable_domains_stays_short_and_tidy() -> None:
    assert len(DISPOSABLE) < 60
    assert all(domain == domain.lower() and "." in domain for domain in DISPOSABLE)


def test_codes_differ_by_round_contact_and_form_and_are_six_figures() -> None:
    sam, kim = read_contact("sam@example.org", texts=False), read_contact("kim@example.org", texts=False)
    codes = {one_time_code(KEY, round_id, who, form) for round_id in (1, 2) for who in (sam, kim) for form in "ab"}
    assert len(codes) == 8
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert one_time_code(KEY, 1, sam, "a") == one_time_code(KEY, 1, sam, "a")


@pytest.mark.parametrize("typed", ["204816", " 204 816 ", "204-816", "２０４８１６"])
def test_six_figures_are_read_however_they_are_grouped(typed: str) -> None:
    assert read_one_time(typed) == "204816"


@pytest.mark.parametrize(
    "typed, code", [(" ", "one_time_missing"), ("20481", "one_time_shape"), ("abc", "one_time_shape")]
)
def test_what_is_no_code_is_told_apart_from_a_wrong_one(typed: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_one_time(typed)
    assert (refused.value.code, refused.value.fault.field) == (code, "one_time")
