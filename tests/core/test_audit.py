"""An audit log is whole, or what is wrong with it is found: changed, removed, inserted, reordered, cut off, written anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.audit import START, Head, faults, next_entry, read_head

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
FIELDS = {
    "number": lambda entry: entry.number + 1,
    "at": lambda entry: entry.at + timedelta(microseconds=1),
    "by": lambda entry: entry.by + "x",
    "verb": lambda entry: entry.verb.upper(),
    "reference": lambda entry: None if entry.reference else "AAAA-0001",
    "facts": lambda entry: entry.facts.replace("{", '{"x":1,', 1),
    "previous": lambda entry: entry.previous[1:] + "f",
    "hash": lambda entry: entry.hash[1:] + entry.hash[0],
}


def log(length, by="staff:kim"):
    entries, last = [], START
    for number in range(length):
        at = NOW + timedelta(minutes=number)
        entries.append(next_entry(last, at, by, "close", f"AAAA-{number:04}", {"status": "denied", "n": [1]}))
        last = entries[-1].head
    return entries


def found(entries, *known):
    return list(faults(entries, known))


def test_an_empty_log_is_whole():
    assert found([]) == []
    assert found([], START) == []


@given(st.integers(1, 12), st.data())
def test_what_was_only_added_to_is_whole_and_goes_on_from_each_of_its_heads(length, data):
    entries = log(length)
    known = data.draw(st.lists(st.sampled_from(entries)))
    assert found(entries, *(entry.head for entry in known)) == []
    assert found(entries, *(read_head(str(entry.head)) for entry in known)) == []


@given(st.integers(1, 8), st.sampled_from(sorted(FIELDS)), st.data())
def test_an_entry_that_was_changed_is_found(length, name, data):
    entries = log(length)
    at = data.draw(st.integers(0, length - 1))
    entries[at] = replace(entries[at], **{name: FIELDS[name](entries[at])})
    assert found(entries)


@given(st.integers(2, 8), st.data())
def test_an_entry_that_was_changed_and_hashed_anew_is_found_by_the_next_one(length, data):
    entries = log(length)
    at = data.draw(st.integers(0, length - 2))
    last = entries[at - 1].head if at else START
    entries[at] = next_entry(last, NOW, "staff:eve", "note", None, {})
    assert found(entries) == [f"entry {at + 2} does not follow the entry before it"]


@given(st.integers(2, 8), st.data())
def test_an_entry_that_was_removed_is_found(length, data):
    entries = log(length)
    del entries[data.draw(st.integers(0, length - 2))]
    assert any("is missing" in fault for fault in found(entries))


@given(st.integers(2, 8), st.data())
def test_entries_that_changed_places_are_found(length, data):
    entries = log(length)
    at = data.draw(st.integers(0, length - 2))
    first, second = entries[at : at + 2]
    entries[at : at + 2] = [
        replace(second, number=first.number),
        replace(first, number=second.number),
    ]
    assert found(entries)
    assert found([*entries[:at], second, first, *entries[at + 2 :]])


@given(st.integers(1, 8), st.data())
def test_an_entry_that_was_put_in_between_is_found(length, data):
    """However it is numbered: it has the place of another, or all that follow have to be hashed anew."""
    entries = log(length)
    at = data.draw(st.integers(0, length - 1))
    last = entries[at - 1].head if at else START
    added = next_entry(last, NOW, "staff:eve", "close", None, {})
    assert found([*entries[:at], added, *entries[at:]])
    renumbered = [replace(entry, number=entry.number + 1) for entry in entries[at:]]
    assert found([*entries[:at], added, *renumbered])


@given(st.integers(1, 8), st.data())
def test_an_end_that_was_cut_off_is_found_by_a_head_that_was_known(length, data):
    entries = log(length)
    left = data.draw(st.integers(0, length - 1))
    assert found(entries[:left]) == [], "by itself it is whole"
    (fault,) = found(entries[:left], entries[-1].head)
    assert fault == f"entry {length} was known, and the log ends with {left}: its end was cut off"


@given(st.integers(1, 8), st.data())
def test_a_log_that_was_written_anew_is_found_by_a_head_that_was_known(length, data):
    forged = log(length, by="staff:eve")
    assert found(forged) == [], "by itself it is whole"
    known = data.draw(st.sampled_from(log(length)))
    (fault,) = found(forged, known.head)
    assert fault.startswith(f"entry {known.number} is not the one that was known")


def test_the_order_of_facts_is_not_the_callers():
    first = next_entry(START, NOW, "x", "y", None, {"a": 1, "b": 2})
    assert first == next_entry(START, NOW, "x", "y", None, {"b": 2, "a": 1})
    assert first.facts == '{"a":1,"b":2}'


def test_what_is_hashed_stays():
    """A hash that was noted once has to be found again by every later version."""
    entry = next_entry(START, NOW, "staff:kim", "close", "AAAA-0001", {"status": "denied", "é": "ü"})
    assert entry.hash == "eee72acbdf4ead147b8e361ec1cd1201db26c5187bc9116cfbbf741cbea8c70c"
    assert str(entry.head) == f"1:{entry.hash[:32]}"


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("412:" + "ab" * 8, Head(412, "ab" * 8)),
        (" 1:" + "AB" * 32 + " ", Head(1, "ab" * 32)),
        ("0:" + "0" * 32, Head(0, "0" * 32)),
    ],
)
def test_a_head_is_read_as_it_is_shown(text, head):
    assert read_head(text) == head


@pytest.mark.parametrize(
    "text", ["", "412", "412:", "412:ab", "x:" + "ab" * 8, "1:" + "xy" * 8, "1:" + "ab" * 33, "²:" + "ab" * 8]
)
def test_what_is_no_head(text):
    with pytest.raises(ValueError, match="a head reads"):
        read_head(text)
