"""Phrases of many languages, found in one pass over the words of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.phrases import compile_phrases, words_of


def found(text: str, *phrases: str) -> list[str]:
    words = words_of(text)
    return [words.said(hit) for hit in compile_phrases({"x": phrases}).find(words)]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("any news", "Any NEWS, please"),
        ("any news", "any,\nnews"),
        ("(any|some) news", "some news"),
        ("(any good|some) news", "any good news"),
        ("(any)? news", "no news"),
        ("(any)? news", "any news"),
        ("recover*", "recovering"),
        ("(recover*|get) it", "recovered it"),
        ("did someone ~ it", "did someone it"),
        ("did someone ~ it", "did someone looked at all over it"),
        ("# weeks", "3 weeks"),
        ("(#|two) weeks", "12 weeks"),
        ("^solved$", "solved"),
        ("^solved$", "Hello. Solved, thanks."),
        ("^solved", "Well, solved it"),
        ("solved$", "It is solved!"),
        ("can't go", "I cant go"),
        ("can't go", "I can’t go"),
        ("j'ai fini", "J’ai fini"),
        ("resolu", "Résolu !"),
        ("gelöst", "GELÖST"),
        ("straße", "STRASSE"),
        ("解决了", "已经 解决 了。"),
        ("问题(已经|都)?解决", "问题都解决"),
        ("有人 ~ 处理", "有人可以帮我处理"),
        ("ログイン", "ログインﾛｸﾞｲﾝ"),
        ("해결되", "해결 되었습니다"),
        ("ｆｕｌｌ", "full"),
        ("e-mail", "e-mail"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(phrase, text):
    assert found(text, phrase)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("any news", "any. News"),
        ("any news", "any\n\nnews"),
        ("any news", "any\n- news"),
        ("any news", "news any"),
        ("any news", "https://example.org/any/news any@news.example"),
        ("recover*", "discover"),
        ("did someone ~ it", "did someone looked at all over the it"),
        ("did someone ~ it", "did someone. It"),
        ("有人 ~ 处理", "有人一二三四五六七八九十处理"),
        ("# weeks", "x weeks"),
        ("^solved$", "it is solved"),
        ("^solved$", "solved it"),
        ("solved$", "solved it"),
        ("が", "か"),
    ],
)
def test_other_words_are_no_phrase(phrase, text):
    assert not found(text, phrase)


def test_hits_stand_in_the_order_of_their_first_words_and_share_words():
    words = words_of("any news news")
    hits = compile_phrases({"b": ["news", "any news"], "a": ["any", "any ~ news"]}).find(words)
    assert {(hit.label, hit.first, hit.last) for hit in hits} == {("b", 0, 1), ("a", 0, 0), ("a", 0, 1), ("a", 0, 2), ("b", 1, 1), ("b", 2, 2)}  # fmt: skip
    assert [hit.first for hit in hits] == sorted(hit.first for hit in hits)


def test_a_question_is_told_by_its_mark():
    words = words_of("Is it so? It is. 是吗？")
    hits = compile_phrases({"x": ["it", "是"]}).find(words)
    assert [words.asked(hit) for hit in hits] == [True, False, True]


@pytest.mark.parametrize("phrase", ["", "^$", "(a)?", "~ a", "()"])
def test_a_phrase_that_may_say_nothing_is_an_error(phrase):
    with pytest.raises(ValueError, match="say nothing"):
        compile_phrases({"x": [phrase]})


@pytest.mark.parametrize("phrase", ["a (b (c|d)|e)", "a (b", "a b)"])
def test_a_group_within_a_group_is_an_error(phrase):
    with pytest.raises(ValueError, match="a group within a group"):
        compile_phrases({"x": [phrase]})


def test_a_gap_at_the_end_is_an_error():
    with pytest.raises(ValueError, match="ends in a gap"):
        compile_phrases({"x": ["a ~"]})


@pytest.mark.parametrize("phrase", ["ab*", "(ab*|c) d"])
def test_a_beginning_of_two_letters_is_an_error(phrase):
    with pytest.raises(ValueError, match="three letters"):
        compile_phrases({"x": [phrase]})


def test_no_phrases_find_nothing():
    assert compile_phrases({}).find(words_of("any news")) == []
    assert compile_phrases({"x": ["any"]}).find(words_of("")) == []


@given(st.text(max_size=300))
def test_any_text_has_words_and_each_is_said_as_written_or_folded(text):
    words = words_of(text)
    assert len(words.forms) == len(words.breaks) == len(words.sentence)
    for hit in compile_phrases({"x": ["a", "# ~ b"]}).find(words):
        assert words.said(hit)
