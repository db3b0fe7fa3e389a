"""What people type becomes plain text."""

from __future__ import annotations

from pb.core.plain_text import is_among, many_lines, one_line


def test_a_line_loses_line_ends_controls_and_doubled_blanks() -> None:
    assert one_line(" Friends\r\nof\x00 the \u202eBrook  ") == "Friends of the Brook"


def test_lines_end_in_one_way_and_keep_their_paragraphs() -> None:
    assert many_lines("One.\r\n\r\nTwo.\rThree.  \n\x07") == "One.\n\nTwo.\nThree."


def test_letters_of_any_language_stay_as_they_are() -> None:
    assert one_line("Grŵp Llŷn, دوستوں, Świecie") == "Grŵp Llŷn, دوستوں, Świecie"


def test_markup_is_text_like_any_other() -> None:
    assert one_line("<script>alert(1)</script>") == "<script>alert(1)</script>"


def test_half_a_character_that_no_database_takes_is_dropped() -> None:
    assert one_line("a\ud800b") == "a b"


def test_a_name_is_the_same_whatever_its_capitals_in_every_language() -> None:
    assert is_among("Ŷsgol y Bont", ["Hall", "ŷSGOL Y BONT"])
    assert not is_among("Ŷsgol", ["Hall", "Ysgol"])
