"""Mail domains: what is sold under one name is one, and the large public services are none."""

from __future__ import annotations

import pytest

from pb.core.mail_domains import PUBLIC, domain_of, domain_tag
from pb.core.roll import normalise_contact

KEY = bytes(32)


@pytest.mark.parametrize(
    "email, domain",
    [
        ("ann@ward7.org.uk", "ward7.org.uk"),
        ("ann@mail.ward7.org.uk", "ward7.org.uk"),
        ("ann@a.b.c.example.com", "example.com"),
        ("ann@example.com", "example.com"),
        ("ann@students.exeter.ac.uk", "exeter.ac.uk"),
        ("ann@hill.devon.sch.uk", "devon.sch.uk"),
        ("ann@example.uk", "example.uk"),
        ("ann@shop.example.de", "example.de"),
        ("ann@co.uk", "co.uk"),
        ("ann@cardiff.gov.wales", "cardiff.gov.wales"),
        ("ann@1.police.to", "police.to"),
        ("ann@2.govt.io", "govt.io"),
        ("ann@x.ann123.plus.com", "ann123.plus.com"),
        ("ann@ann123.plus.com", "ann123.plus.com"),
        ("me@alias.me.fastmail.com", "me.fastmail.com"),
        ("me@h1.ann.demon.co.uk", "ann.demon.co.uk"),
    ],
)
def test_a_domain_is_what_is_sold_under_one_name(email: str, domain: str) -> None:
    assert domain_of(normalise_contact(email)) == domain


@pytest.mark.parametrize(
    "email",
    ["ann@gmail.com", "ann@googlemail.com", "ann@hotmail.co.uk", "ann@me.com", "Ann@PM.me", "a@nhs.net"],
)
def test_a_public_service_is_nobodys_own(email: str) -> None:
    assert domain_of(normalise_contact(email)) == ""


@pytest.mark.parametrize("email", ["ann@gmail.com.example.net", "ann@notgmail.com", "ann@hotmail.example"])
def test_a_domain_that_only_looks_like_a_public_service_is_one_of_its_own(email: str) -> None:
    assert domain_of(normalise_contact(email)) != ""


def test_public_services_are_listed_as_they_are_found() -> None:
    assert [each for each in PUBLIC if domain_of(normalise_contact(f"ann@{each}")) != ""] == []


def test_a_domain_has_another_tag_in_each_round() -> None:
    assert domain_tag(KEY, 1, "example.org") == domain_tag(KEY, 1, "example.org")
    assert domain_tag(KEY, 1, "example.org") != domain_tag(KEY, 2, "example.org")
    assert domain_tag(KEY, 1, "example.org") != domain_tag(KEY, 1, "example.com")
