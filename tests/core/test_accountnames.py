"""Which names of accounts a text tells, each beside words that only stand where a name may."""

from __future__ import annotations

import pytest

from mailflow.core.accountnames import AccountNames, name_behind
from tests.core.secret_texts import marked, told_by, view_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Behind "user name", "the account" and "I am".
        ("my user name is jdoe", ["jdoe"]),
        ("the account is jdoe", ["jdoe"]),
        ("I am jdoe42", ["jdoe42"]),
        ("I am jdoe", []),
        ("I am really jdoe42", []),
        ("I am j_doe and my account is jo.doe", ["j_doe", "jo.doe"]),
        # The second of two that begin alike.
        ("my user name is jdoe2 or jdoe3", ["jdoe2", "jdoe3"]),
        ("my user name is JDOE2 OR jdoe3.", ["JDOE2", "jdoe3"]),
        ("my user name is jdoe2 or parsnip55", ["jdoe2"]),
        ("my user name is jdoe2 or jdox3", ["jdoe2"]),
        ("my user name is jdoe2 in jdoe3", ["jdoe2"]),
        ("my user name is jdoe2, or jdoe3", ["jdoe2"]),
        ("my user name is jo or jo", ["jo", "jo"]),
    ],
)
def test_the_names_that_are_told(text, names):
    assert told_by(lambda view: AccountNames(view).told, text) == names
    view = view_of(text)
    assert AccountNames(view).starts == {start for start, _ in AccountNames(view).told}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # Behind an "is" and other words that lead on, four at most.
        ("<my user name> jdoe", "jdoe"),
        ("<my user name>: jdoe", "jdoe"),
        ("<my user name> is 'jdoe'.", "jdoe"),
        ("<my user name> is still for it jdoe", "jdoe"),
        ("<my user name> is now and then just jdoe", None),
        ("<my user name> really Reads of it jdoe", "jdoe"),
        ("<my user name> hello jdoe", None),
        ("<my user name> garden", None),
        ("<my user name> Garden", None),
        ("<my user name> gar-den", "gar-den"),
        ("<my user name> garden5", "garden5"),
        ("<my user name> is", None),
        ("<my user name>", None),
        # In its sentence, and near it.
        ("<my user name> is. jdoe", None),
        ("<my user name> is\njdoe", None),
        ("<my user name> is jo.doe", "jo.doe"),
        (f"<my user name> is{' ' * 73}jdoe", "jdoe"),
        (f"<my user name> is{' ' * 77}jdoe", None),
        # Of letters and digits, two at least.
        ("<my user name> jo+doe", None),
        ("<my user name> jo", "jo"),
        ("<my user name> q", None),
        # Below a question that is cited.
        ("> What is your <user name> here?\n\ngarden", "garden"),
        ("Thank you for looking into it.\n> What is your <user name>?\ngarden\n", "garden"),
        ("> What is your <user name>?\ngreen garden", None),
        # In Chinese without a space.
        ("我的<用户名>是jdoe。", "jdoe"),
        ("我的<用户名>: jdoe-", "jdoe-"),
        ("我的<用户名>jdoe，我", "jdoe"),
        ("my <user name>是jdoe", None),
    ],
)
def test_the_name_behind_what_tells_it(text, name):
    view, (_, end) = marked(text)
    span = name_behind(view, end, signed=False)
    assert (span and view.text[slice(*span)]) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<I am> jdoe42", "jdoe42"),
        ("<I am> jo.doe.", "jo.doe"),
        ("<I am> jo-doe", "jo-doe"),
        ("<I am> jdoe", None),
        ("<I am> jdoe_", None),
        ("<I am> still jdoe42", None),
        ("<I am> 42 and", "42"),
    ],
)
def test_the_name_behind_i_am_looks_like_no_word(text, name):
    view, (_, end) = marked(text)
    span = name_behind(view, end, signed=True)
    assert (span and view.text[slice(*span)]) == name


@pytest.mark.parametrize(
    ("text", "values", "is_so"),
    [
        ("my account is jdoe", ["parsnip55"], True),
        ("my account is JDoe", ["jdoE"], False),
        ("my account is jdoe or jdoe2", ["jdoe"], True),
        ("my account is jdoe", [], True),
        ("my account is lost", ["parsnip55"], False),
        ("hello", [], False),
    ],
)
def test_whether_an_account_has_another_name(text, values, is_so):
    assert AccountNames(view_of(text)).another_than(values) is is_so


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("<which user name> is it?", True),
        ("<which >user name is it?", False),
        ("<which u>ser name is it?", True),
        ("which <user name> is it?", True),
        ("which u<ser name> is it?", False),
        ("<my user name> is jdoe", False),
        ("<my account> is lost", False),
    ],
)
def test_whether_a_name_is_asked_for(text, is_so):
    view, span = marked(text)
    assert AccountNames(view).is_asked_for(*span) is is_so
