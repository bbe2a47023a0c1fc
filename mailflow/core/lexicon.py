"""The words of people, language by language, as compiled patterns; `languages/*/*.toml` have them as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailflow.core.answerwords import AnswerWords, compile_answer_words
from mailflow.core.intentwords import SHARED, IntentWords, compile_intent_words
from mailflow.core.textwords import TextWords, compile_text_words
from mailflow.core.wordlist import WordList

Languages = Iterable[tuple[str, Mapping[str, Any]]]  # the code of each language and the tables of its file


@dataclass(frozen=True)
class Lexicon:
    """What is known of languages, for each of its readers."""

    answers: AnswerWords
    text: TextWords
    intent: IntentWords


def compile_lexicon(languages: Callable[[str], Languages], ordinary: WordList) -> Lexicon:
    """Compiled once: it takes longer than reading many mails. `ordinary`: words of dictionaries, in lower case.

    `languages` loads the files of "answers", "text" or "intent", one after the other: as parsed they take several times as
    much memory as what is made of them.
    """
    answers = compile_answer_words(languages("answers"), ordinary)
    shared = {name: answers.lists.get(name, ()) for name in SHARED}
    return Lexicon(
        answers,
        compile_text_words(dict(languages("text"))),
        compile_intent_words(languages("intent"), ordinary, shared),
    )
