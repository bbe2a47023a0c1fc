"""Tells in which languages a text is likely to be written, by its words and its script."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from mailflow.core.reading.phrasebook import EVERY, PhraseBook
from mailflow.core.reading.reader import COMMON
from mailflow.core.reading.words import CJK, words_of

_AS_LIKELY = 0.7  # of the likeliest language's score: a mail in two languages
_BESIDE_COMMON = 0.55  # and where one of the two is English, which people mix with their own
_SHORT = 600  # characters of an answer
_LEAST, _LEAST_PART = 2, 4  # words of a line, and of a part of one between commas
_MIXED = 2.5  # words of another language that hardly any text holds that is not in two
_CLEARLY, _CLEARLY_IN_FORM = 0.6, 1.0  # words of its own that a line has more of another language
_FEW = 4  # of so many words one may be the mail's
_KEPT = 20_000  # words; hostile mail must not fill the memory
_COMMA = re.compile("[,\n]")
_CJK = re.compile(f"[{CJK}]")
_KANA = re.compile("[\u3040-\u30ff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]{2,}")
_IN_CYRILLIC = ("ru", "uk")
_HANGUL = re.compile("[\uac00-\ud7af]")


class LanguagesOf(dict[str, int]):
    """The languages that have a word as a phrase of its own, kept.

    As a number for each set of them, as there are few and a number is counted in a third of the time.
    """

    def __init__(self, book: PhraseBook) -> None:
        self._book = book
        self._numbers: dict[tuple[str, ...], int] = {(): 0}
        self._groups: list[tuple[str, ...]] = [()]  # by their number

    def __missing__(self, word: str) -> int:
        languages = {
            entry.language: None
            for entry in self._book.beginning(word)
            if entry.language != EVERY and words_of(entry.phrase) == [word]
        }
        if len(self) >= _KEPT:
            self.clear()
        group = tuple(languages)
        if group not in self._numbers:
            self._numbers[group] = len(self._groups)
            self._groups.append(group)
        self[word] = number = self._numbers[group]
        return number

    def _of_parts(self, low: str, known: tuple[str, ...], clearly: float, *, mixed: bool) -> tuple[str, ...]:
        """The languages of a short text, with those of its parts behind them: who writes "Begrepen, dank" may close in English.

        Those are its lines, and where it is `mixed` what stands between commas: "Non ricordo né il nome né altro, I made it long ago".
        """
        if len(low) > _SHORT:
            return known
        for line, least in _parts(low, mixed=mixed):
            named = ":" in line or "@" in line  # behind a label stands a name
            words = () if named else words_of(line)
            scores = self._scores(words) if len(words) >= least else {}
            if not line.isascii() and (runs := len(_CJK.findall(line))):
                scores = {_of_script(line, runs): float(runs)}
            best = max(scores, key=lambda one: scores[one], default="")
            own = max(scores.get(one, 0) for one in known)
            # Compiling the phrases of one more set of languages takes as long as reading ten mails.
            if best and scores[best] > own + clearly and own <= len(words) / _FEW:
                known = (*known, best)
        return known

    def _scores(self, words: Iterable[str], without: str = "") -> dict[str, float]:
        """How many of the words each language has, a part of one that several have; none of those that one language has too."""
        scores: dict[str, float] = defaultdict(float)
        counted = Counter(map(self.__getitem__, words))
        for number, times in counted.items():
            group = self._groups[number]
            for language in group if without not in group else ():
                scores[language] += times / len(group)
        return scores

    def of_text(self, words: Sequence[str], low: str, prose: str, *, form: bool = False) -> tuple[str, ...]:
        """The languages of a lower-case text of some words, likeliest first. `prose`: the same without addresses.

        In what fills in a `form` a word of another language is a name as a rule: "tom-jansen".
        """
        scores = self._scores(words)
        runs = 0 if low.isascii() else len(_CJK.findall(low))
        if runs:
            scores[_of_script(low, runs)] += runs
        elif not low.isascii() and (runs := len(_CYRILLIC.findall(low))):
            # Whoever thanks in English behind a line in Russian has written Russian.
            most = max(scores.get(one, 0) for one in _IN_CYRILLIC)
            for one in _IN_CYRILLIC if most else ():
                scores[one] += runs * (scores[one] == most)
        scores = scores or self._of_beginnings(words)
        if not scores:
            return (COMMON,)
        first = max(scores, key=lambda one: scores[one])
        likely = [one for one, score in scores.items() if score >= scores[first] * _share(one, first)]
        known = tuple(sorted(likely, key=lambda one: (-scores[one], one)))
        mixed = any(score >= _MIXED for one, score in scores.items() if one not in known)
        # No part has more words of a language alone than the whole: of most texts none need be looked at.
        alone = self._scores(words, without=known[0])
        clearly = _CLEARLY_IN_FORM if form else _CLEARLY
        if low.isascii() and all(one in known or score <= clearly for one, score in alone.items()):
            return known
        return self._of_parts(prose, known, clearly, mixed=mixed)

    def _of_beginnings(self, words: Iterable[str]) -> dict[str, float]:
        """How many words begin a phrase of each language: of a text that holds none by itself, "Kurtarma kodlarını not etmedim"."""
        languages = ({entry.language for entry in self._book.beginning(word)} for word in words)
        return dict(Counter(chain.from_iterable(some - {EVERY} for some in languages)))


def _parts(low: str, *, mixed: bool) -> Iterator[tuple[str, int]]:
    """The lines of a text that has several, and the longer parts between commas, each with how many words it needs."""
    if "\n" in low:
        yield from ((line, _LEAST) for line in low.split("\n"))
    if mixed:
        yield from ((part, _LEAST_PART) for part in _COMMA.split(low))


def _share(language: str, first: str) -> float:
    """How much of the likeliest language's score another one needs to be read as well."""
    return _BESIDE_COMMON if COMMON in {language, first} else _AS_LIKELY


def _of_script(low: str, runs: int) -> str:
    if 2 * len(_HANGUL.findall(low)) >= runs:
        return "ko"
    return "ja" if 20 * len(_KANA.findall(low)) >= runs else "zh"
