"""HTML that stands in a mail as text: what of it is shown, and what is left alone."""

from mailflow.core.reading.typedmarkup import as_text
from mailflow.core.text import Line, Mark


def shown(text, mark=Mark.FRESH):
    return [line.text for line in as_text([Line(text, mark, 7)])]


def test_what_begins_a_block_begins_a_line_of_the_same_number():
    lines = as_text([Line("<p>User name<br>jdoe</p>", Mark.FRESH, 7)])

    assert [line.text for line in lines] == ["User name", "jdoe"]
    assert {line.number for line in lines} == {7}


def test_cells_stand_between_bars():
    assert shown("<tr><td>Codes</td><td>lost</td></tr>") == ["| Codes| lost |"]


def test_boxes_are_typed():
    assert shown('<input type="checkbox" checked> I agree') == ["[x]  I agree"]
    assert shown('<input type="checkbox"> I agree') == ["[ ]  I agree"]


def test_addresses_and_names_between_angle_brackets_stay():
    assert shown("Jane <jane@example.org> of <jdoe>, 3 < 4") == ["Jane <jane@example.org> of <jdoe>, 3 < 4"]


def test_what_is_quoted_stays():
    assert shown("<b>jdoe</b>", Mark.QUOTED) == ["<b>jdoe</b>"]


def test_a_line_that_nobody_wrote_by_hand_stays():
    text = "<b>jdoe</b>" * 1000

    assert shown(text) == [text]
