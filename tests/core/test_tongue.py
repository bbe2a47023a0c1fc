"""Which texts are in a language whose words are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core.phrases import words_of
from mailflow.core.tongue import is_known
from mailflow.core.wordlist import Ordinary

WORDS = frozenset(["the", "van", "stands", "still", "past", "services", "and", "nobody", "picks", "her"])
ORDINARY, WITHOUT_THE = Ordinary(WORDS), Ordinary(WORDS - {"the"})


@pytest.mark.parametrize(
    "text",
    [
        "The van stands still past the services and nobody picks her up",
        "请问你们的办公室周末开放吗",
        "週末は営業していますか",
        "주말에도 문을 여나요",
        "Скажите, вы работаете по выходным, и где у вас вход?",
    ],
)
def test_known_languages(text):
    assert is_known(words_of(text).forms, ORDINARY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a 1 b 2",
        "de bus staat stil en de chauffeur is weg",
        "the van 1 2 3 4 5 6 7",
        "Работите ли през почивните дни?",
        "Чи ви працюєте у вихідні, і де вхід?",
        "Где вы? please pick me up at the old station tomorrow",
        "这里 is a long text in no language known to it at all",
    ],
)
def test_others(text):
    assert not is_known(words_of(text).forms, WITHOUT_THE if "bus" in text else ORDINARY)


@given(st.text(max_size=200))
def test_without_words_of_a_dictionary_no_latin_text_is_known(text):
    assert not is_known(words_of(text.encode("ascii", "ignore").decode()).forms, Ordinary())
