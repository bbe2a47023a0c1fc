"""A glossary gives back what was put under each word, and nothing of the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.glossary import Glossary

TEXT = st.text(st.characters(exclude_characters="\0\n"), max_size=5)


def glossary(entries, before=None):
    made = before.copy() if before else Glossary()
    for word, line in entries:
        made.add(word, line)
    return made


@given(st.lists(st.tuples(TEXT, TEXT)), st.lists(st.tuples(TEXT, TEXT)), TEXT)
def test_the_lines_of_a_word_come_back_in_order_and_those_that_are_added_leave_it_as_it_was(
    some, more, asked
):
    first = glossary(some)
    both = glossary(more, first)
    for known, entries in ((first, some), (both, some + more)):
        for word in {asked, *(word for word, _ in some + more)}:
            assert known.lines(word) == [line for other, line in entries if other == word]
            assert (word in known) == any(other == word for other, _ in entries)


def test_a_part_of_a_word_or_of_a_line_is_no_word():
    known = glossary([("account", "account"), ("accounts", "ac"), ("ac", "1 2")])
    assert [word for word in ("acc", "accoun", "accounts", "count", "a", "1", "") if word in known] == [
        "accounts"
    ]


def test_of_the_stems_with_which_a_word_begins_the_longest_comes_first():
    known = glossary([("ac*", ""), ("acco*", ""), ("account", ""), ("b*", "")])
    assert [list(known.stems(word)) for word in ("accounts", "act", "ac", "b", "x")] == [
        ["acco*", "ac*"],
        ["ac*"],
        ["ac*"],
        [],
        [],
    ]


STEM = st.text("abc*", max_size=5)


@given(st.lists(STEM), st.text("abc", max_size=6))
def test_the_stems_come_with_which_a_word_begins(some, word):
    begun = [f"{word[:length]}*" for length in range(len(word), 1, -1)]
    assert list(glossary((stem, "") for stem in some).stems(word)) == [stem for stem in begun if stem in some]
