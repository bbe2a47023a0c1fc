"""The words by which people say what they want, and give away secrets: `languages/intent/*.toml`, compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from mailflow.core.phrases import CJK, Phrases, compile_phrases

# What each list of [intent] holds is said in `languages/intent/en.toml`.
SIGNS = (
    "status", "status_of_request", "solved", "solved_alone", "enough", "forget_it", "worked", "go_ahead", "yes", "thanks", "proof",
    "recovery", "loss", "account", "trouble", "but", "not", "if", "sales", "offer", "bill", "elsewhere", "other_service", "ours",
)  # fmt: skip

# The matters of other desks that are known in all languages. Of each [matters] has phrases that name it, and [hints]
# words that only go with it.
MATTERS = ("limits", "security", "ownership", "suspension")
MATTER, HINT = "matter ", "hint "
# What is weighed for and against a request, each word of a mail once.
WEIGHED = frozenset(
    {"recovery", "loss", "account", "bill", "elsewhere"}
    | {kind + matter for kind in (MATTER, HINT) for matter in MATTERS}
)

# What each list of [secrets] holds: the names of a secret, and the words around its value.
NAMES = ("password", "codes", "seed", "token")
AROUND = ("is", "between", "no_password", "no_secret")


_CJK = re.compile(f"[{CJK}]")
_MOST_NAMES = 2000  # nobody names a kind of secret more often; each costs a closer look
_SPACED_OUT = {place: " " for place in range(128) if not chr(place).isalnum()}  # for `str.translate`
_LETTERS = re.compile(r"[^\W_]+")
_HEAD_LENGTH = 3
_NEVER = re.compile(r"(?!)")


FirstWord = tuple[str, re.Pattern[str]]  # and the names that begin with it


@dataclass(frozen=True)
class Names:
    """The names of one kind of secret, found in a text by `spans`."""

    by_head: Mapping[str, tuple[FirstWord, ...]] = field(default_factory=dict)
    inside: tuple[
        FirstWord, ...
    ] = ()  # what may stand inside a longer word, as in Chinese, and so has no head
    inside_ascii: tuple[FirstWord, ...] = ()  # those of them that can stand in such a text

    def spans(self, text: str, lowered: str, heads: AbstractSet[str]) -> list[tuple[int, int]]:
        """Where the names stand, in order, the longest where several overlap.

        `lowered` has the text's length, and `heads` are those of its words: few first words are worth looking for.
        """
        found: list[tuple[int, int]] = []
        first_words = [first for head in sorted(self.by_head.keys() & heads) for first in self.by_head[head]]
        for word, pattern in (*first_words, *(self.inside_ascii if lowered.isascii() else self.inside)):
            place = lowered.find(word)
            while place >= 0 and len(found) < _MOST_NAMES:
                if match := pattern.match(text, place):
                    found.append(match.span())
                place = lowered.find(word, place + 1)
        spans: list[tuple[int, int]] = []
        for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
            if not spans or start >= spans[-1][1]:
                spans.append((start, end))
        return spans


def heads_of(lowered: str) -> AbstractSet[str]:
    """The first letters of each word: what tells in one pass which of hundreds of names a text may hold."""
    # Of ASCII it takes half as long to blank what is no letter or digit.
    words = lowered.translate(_SPACED_OUT).split() if lowered.isascii() else _LETTERS.findall(lowered)
    return {word[:_HEAD_LENGTH] for word in words}


def lower(text: str) -> str:
    """In small letters, character for character: some capitals would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower()[0] for c in text)


@dataclass(frozen=True)
class IntentWords:
    """Everything `intent` and `secrets` know of languages. Made once by `compile_intent_words`."""

    phrases: Phrases = field(default_factory=Phrases)
    reply_prefixes: frozenset[str] = frozenset()
    password: Names = field(default_factory=Names)
    codes: Names = field(default_factory=Names)
    seed: Names = field(default_factory=Names)
    token: Names = field(default_factory=Names)
    is_words: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # by first word: "is", "should be"
    glued: re.Pattern[str] = _NEVER  # the same in languages without spaces, from the end of the name on
    between: frozenset[str] = frozenset()  # what may stand between its name and "is": "for", "my"
    no_password: frozenset[str] = frozenset()  # what stands where a password would: "forgotten"
    no_secret: Names = field(default_factory=Names)  # what tells that a code is none: "commit"


def compile_intent_words(languages: Mapping[str, Mapping[str, Any]]) -> IntentWords:
    """`languages`: each file of `languages/intent/` by its language's code, as parsed TOML.

    Raises `ValueError` for a list that nothing reads, or a phrase that cannot be read.
    """
    intent = _gathered(languages, "intent", (*SIGNS, "reply_prefixes"))
    secrets = _gathered(languages, "secrets", (*NAMES, *AROUND))
    matters = _gathered(languages, "matters", MATTERS)
    hints = _gathered(languages, "hints", MATTERS)
    return IntentWords(
        phrases=compile_phrases(
            {sign: intent[sign] for sign in SIGNS}
            | {MATTER + matter: matters[matter] for matter in MATTERS}
            | {HINT + matter: hints[matter] for matter in MATTERS}
        ),
        reply_prefixes=frozenset(word.casefold() for word in intent["reply_prefixes"]),
        password=_names(secrets["password"]),
        codes=_names(secrets["codes"]),
        seed=_names(secrets["seed"]),
        token=_names(secrets["token"]),
        is_words=_by_first_word(word for word in secrets["is"] if not _CJK.search(word)),
        glued=_glued(word for word in secrets["is"] if _CJK.search(word)),
        between=frozenset(word.casefold() for word in secrets["between"]),
        no_password=frozenset(word.casefold() for word in secrets["no_password"]),
        no_secret=_names(secrets["no_secret"]),
    )


def _gathered(
    languages: Mapping[str, Mapping[str, Any]], table: str, known: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Each list of a table with the words of all languages."""
    lists: dict[str, list[str]] = {name: [] for name in known}
    for code, language in sorted(languages.items()):
        for name, words in language.get(table, {}).items():
            if name not in lists:
                raise ValueError(f"{code}: [{table}] has no list {name!r}")
            lists[name] += words
    return {name: tuple(dict.fromkeys(words)) for name, words in lists.items()}


def _names(texts: Iterable[str]) -> Names:
    """Names as patterns: in any case, with a space, hyphen, line break or nothing between their words."""
    by_first_word: dict[str, list[str]] = {}
    for text in sorted(set(texts), key=lambda text: (-len(text), text)):
        words = text.lower().split()
        joined = r"[\s_-]?".join(re.escape(word) for word in words)
        # "password1" is a name, "passworded" is none; a name in Chinese or Japanese stands between other characters.
        bounded = joined if _CJK.search(text) else rf"(?<![^\W_]){joined}(?![^\W\d_])"
        by_first_word.setdefault(words[0], []).append(bounded)
    by_head: dict[str, list[FirstWord]] = {}
    for word, ways in by_first_word.items():
        letters = _LETTERS.match(word) if not any(map(_CJK.search, ways)) else None
        head = letters[0][:_HEAD_LENGTH] if letters else ""
        by_head.setdefault(head, []).append((word, re.compile("|".join(ways), re.IGNORECASE)))
    inside = by_head.pop("", [])
    ascii_ones = tuple(first for first in inside if first[0].isascii())
    return Names({head: tuple(some) for head, some in by_head.items()}, tuple(inside), ascii_ones)


def _by_first_word(phrases: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Phrases by their first word, the longest tried first."""
    ways: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        words = phrase.casefold().split()
        ways.setdefault(words[0], []).append(r"\s{1,3}".join(map(re.escape, words)))
    return {word: re.compile("|".join(some), re.IGNORECASE) for word, some in ways.items()}


def _glued(words: Iterable[str]) -> re.Pattern[str]:
    ways = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"[{CJK}]{{0,4}}?(?:{ways})[ \t]?[:：]?") if ways else _NEVER
