"""One person has one tag in a round, however their name is written; two people have two."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.errors import Refusal
from pb.core.roll import contact_tag, dedupe_tag, normalise_contact, normalise_email, normalise_name, normalise_phone

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Łuk", "ZOE LUK"),
        ("Strauß", "strauss"),
        ("Bjørn Ødegård", "Bjorn Odegard"),
        ("Anne-Marie O'Neil", "Anne Marie O Neil"),
        ("Anne\u2011Marie O\u2019Neil", "annemarie oneil"),
        ("Siân ap Rhys", "Sian  ap\tRhys "),
        ("Dr. Priya Nair", "Priya Nair"),
        ("Cllr Mrs Jane Doe", "Jane Doe"),
        ("John Smith OBE", "John Smith"),
        ("John Smith, OBE", "John Smith"),
        ("John Smith Jr.", "John Smith"),
        ("Smith, John", "John Smith"),
        ("Smith, Dr John, MBE", "John Smith"),
        ("John P. Smith", "John Smith"),
        ("J.R.R. Tolkien", "J R R Tolkien"),
        ("J. R. R. Tolkien", "J Tolkien"),
        ("\uff2a\uff4f\uff48\uff4e Smith", "John Smith"),
        ("Zoe\u0308 Luk", "Zo\u00eb Luk"),
        ("Jo\u200bh\u200bn Smith", "John Smith"),
        ("Jo\u00adhn S\u2060mith", "John Smith"),
        ("\u202eJohn Smith\ufe0f", "John Smith"),
        ("John\u3164 Smi\u034fth\x00", "John Smith"),
        ("J\u043ehn \u0405mith", "John Smith"),
        ("JOHN SM\u0406TH", "John Smith"),
        ("\u0391nn\u03b1 Lloyd", "Anna Lloyd"),
        ("C\u0251ra \u0261ale", "Cara Gale"),
        ("John\u0640 Smith", "John Smith"),
        ("J\u0585hn Smith", "John Smith"),
        ("\u13abohn Smith", "John Smith"),
        ("John \ua4e2mith", "John Smith"),
        ("\u1d0aohn Smith", "John Smith"),
        ("Joh\u2c9b Smith", "John Smith"),
        ("J0hn Smith", "John Smith"),
        ("BiII ElIis", "Bill Ellis"),
        ("Bi11 Ellis", "Bill Ellis"),
        ("John Smith 2", "John Smith"),
        ("John Smith 1", "John Smith"),
        ("O\u02bbNeil", "O'Neil"),
        ("O\ua78cNeil", "O'Neil"),
        (
            "\u039d\u03af\u03ba\u03bf\u03c2 \u03a0\u03b1\u03c0\u03c0\u03ac\u03c2",
            "\u03bd\u03b9\u03ba\u03bf\u03c3 \u03c0\u03b1\u03c0\u03c0\u03b1\u03c3",
        ),
    ],
)
def test_these_are_the_same_name(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John Smith", "Joan Smith"),
        ("John Smith", "Smith John"),
        ("Muhammad Ali Khan", "Muhammad Omar Khan"),
        ("Liz Brown", "Elizabeth Brown"),
        ("John Smith", "Smith"),
        ("Mr Smith", "John Smith"),
        ("\u0905\u0928\u093f\u0932", "\u0905\u0928\u0932"),
        ("王芳", "王方"),
        ("佐々木 健", "佐木 健"),
        (
            "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
            "\u041e\u043b\u0435\u0433 \u041f\u0435\u0442\u0440\u043e\u0432",
        ),
    ],
)
def test_these_are_different_names(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


@pytest.mark.parametrize("name", ["", "  ", "42", "!!!", "'", ","])
def test_a_name_without_a_letter_is_asked_for(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        normalise_name(name)
    assert (caught.value.code, caught.value.field) == ("name_missing", "name")


def test_a_name_of_a_whole_page_is_refused() -> None:
    with pytest.raises(Refusal, match="at most 120"):
        normalise_name("a" * 121)


@given(st.text(max_size=120))
def test_any_text_is_a_name_or_is_refused_and_never_holds_a_mark(name: str) -> None:
    try:
        found = normalise_name(name)
    except Refusal as refusal:
        found = refusal.code
    assert "|" not in found
    assert " " not in found
    assert found


@given(st.text(alphabet="abcdefghij é-'", min_size=3, max_size=30).filter(lambda text: any(map(str.isalpha, text))))
def test_shouting_a_name_and_spacing_it_out_changes_nothing(name: str) -> None:
    assert normalise_name(f"  {name.upper()} ".replace(" ", "  ")) == normalise_name(name)


def test_one_person_has_one_tag_in_a_round() -> None:
    expected = hmac.new(KEY, b"person|7|zoeluk|EH66AB|1990", hashlib.sha256).digest()
    assert dedupe_tag(KEY, 7, "Zoë Łuk", "eh6 6ab", 1990) == expected
    assert dedupe_tag(KEY, 7, "LUK, Zoe", "EH66AB", 1990) == expected


def test_another_round_name_postcode_year_or_key_is_another_tag() -> None:
    tags = {
        dedupe_tag(KEY, 7, "Zoe Luk", "EH6 6AB", 1990),
        dedupe_tag(KEY, 8, "Zoe Luk", "EH6 6AB", 1990),
        dedupe_tag(KEY, 7, "Ann Luk", "EH6 6AB", 1990),
        dedupe_tag(KEY, 7, "Zoe Luk", "EH6 6AD", 1990),
        dedupe_tag(KEY, 7, "Zoe Luk", "EH6 6AB", 1991),
        dedupe_tag(bytes(32), 7, "Zoe Luk", "EH6 6AB", 1990),
    }
    assert len(tags) == 6


def test_a_tag_is_not_made_of_half_an_answer() -> None:
    with pytest.raises(Refusal, match="Enter your name"):
        dedupe_tag(KEY, 7, "", "EH6 6AB", 1990)
    with pytest.raises(Refusal, match="postcode"):
        dedupe_tag(KEY, 7, "Zoe", "EH6", 1990)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (" Zoe@Example.COM ", "zoe@example.com"),
        ("zoe+pb2@example.com", "zoe@example.com"),
        ("z.o.e+x@gmail.com", "zoe@gmail.com"),
        ("zoe@GoogleMail.com", "zoe@gmail.com"),
        ("z.oe@example.com", "z.oe@example.com"),
        ("o'neil@cymru.wales", "o'neil@cymru.wales"),
        ("jos\u00e9@caf\u00e9.example", "jos\u00e9@xn--caf-dma.example"),
        ("zoe@XN--CAF-dma.example", "zoe@xn--caf-dma.example"),
        ("z\u200boe@example.com", "zoe@example.com"),
        ("zoe@pm.me", "zoe@proton.me"),
        ("zoe@protonmail.com", "zoe@proton.me"),
        ("zoe@mac.com", "zoe@icloud.com"),
        ("zoe@me.com", "zoe@icloud.com"),
    ],
)
def test_an_address_is_compared_by_its_mailbox_without_its_tag_and_gmail_without_dots(typed: str, found: str) -> None:
    assert normalise_email(typed) == found
    assert normalise_contact(typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        "@",
        "zoe@",
        "@example.com",
        "+tag@example.com",
        "zoe@example",
        "a b@example.com",
        "a|b@example.com",
        "zoe@example..com",
        "zoe@-example.com",
        "<zoe@example.com>",
        "a@b@example.com",
        "...@gmail.com",
        "a" * 250 + "@b.cd",
    ],
)
def test_what_is_not_an_address_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        normalise_contact(typed)
    assert (caught.value.code, caught.value.field) == ("email_shape", "contact")


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123",
        "(07700) 900-123",
        "+44 7700 900 123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "447700900123",
        "+4407700900123",
        "00440 7700 900123",
        "07700.900.123",
        "\uff10\uff17700900123",
    ],
)
def test_a_uk_number_is_the_same_however_it_is_written(typed: str) -> None:
    assert normalise_phone(typed) == "+447700900123"
    assert normalise_contact(typed) == "+447700900123"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("020 7946 0958", "+442079460958"),
        ("+353 86 123 4567", "+353861234567"),
        ("00 1 202 555 0143", "+12025550143"),
        ("01697 73555", "+44169773555"),
    ],
)
def test_numbers_of_land_lines_and_other_countries_are_read(typed: str, found: str) -> None:
    assert normalise_phone(typed) == found


@pytest.mark.parametrize(
    "typed", ["0", "12345", "07700 90012", "07700 9001234", "phone", "+0123456789", "++447700900123", "07700x900123"]
)
def test_what_is_not_a_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        normalise_contact(typed)
    assert caught.value.code == "phone_shape"
    assert "07700 900 123" in str(caught.value)


def test_an_empty_contact_is_asked_for() -> None:
    with pytest.raises(Refusal, match="e-mail address or a telephone number"):
        normalise_contact("  ")


@given(st.text(max_size=40))
def test_any_contact_is_tagged_or_refused(text: str) -> None:
    try:
        size = len(contact_tag(KEY, 7, text))
    except Refusal:
        size = 32
    assert size == 32


def test_a_contact_has_one_tag_in_a_round_and_never_that_of_a_person() -> None:
    assert contact_tag(KEY, 7, "z.o.e@gmail.com") == contact_tag(KEY, 7, "zoe+a@googlemail.com")
    assert contact_tag(KEY, 7, "zoe@example.com") != contact_tag(KEY, 8, "zoe@example.com")
    expected = hmac.new(KEY, b"contact|7|zoe@example.com", hashlib.sha256).digest()
    assert contact_tag(KEY, 7, "zoe@example.com") == expected
