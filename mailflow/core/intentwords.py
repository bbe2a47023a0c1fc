"""The words by which people say what they want, and give away secrets: `languages/intent/*.toml`, compiled once."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from mailflow.core.phrases import CJK, Phrases, compile_phrases
from mailflow.core.policy import MATTERS
from mailflow.core.reading.misspelled import KeyWords, shorter
from mailflow.core.reading.words import fold
from mailflow.core.wordlist import Ordinary, lines

# What each list of [intent] holds is said in `languages/intent/en.toml`.
SIGNS = (
    "status", "status_of_request", "solved", "solved_alone", "enough", "forget_it", "worked", "go_ahead", "go_on", "keep_open", "yes", "thanks", "proof",
    "recovery", "loss", "account", "trouble", "but", "not", "if", "sales", "offer", "bill", "elsewhere", "other_service", "ours", "doubt", "asked_before",
    "fine", "reported", "unattended", "away", "kin", "thought", "our_words", "reports", "for_another", "for_whom", "anothers", "anothers_mail", "other_thing", "begs", "corrects", "waits", "unreal", "supposed", "nearly", "half", "irony", "slip", "unasked", "polite_if",
    "refuses", "asks_to_close", "asks_if_needed", "asks_if_worked", "aside", "billed", "earlier_mail", "not_why", "asks", "resend", "disowns", "not_me", "pretends",
)  # fmt: skip
# Those whose words the answers to the form are read with, too: `languages/answers/*.toml` has more of them.
SHARED = ("kin", "thought", "our_words", "unreal")
# All that a mail that fills in the whole form is looked through for, at first: most have none of it.
OF_WHOLE_FORM = ("asked_before", "disowns", "not_me", "pretends")
# Looked for in the letter that a mail answers.
_OF_LETTERS = ("reported", "asks_to_close", "asks_if_needed", "asks_if_worked")

# Of each of the `MATTERS` [matters] has phrases that name it, and [hints] words that only go with it.
MATTER, HINT = "matter ", "hint "
# What is weighed for and against a request, each word of a mail once.
WEIGHED = frozenset(
    {"recovery", "loss", "account", "bill", "elsewhere"}
    | {kind + matter for kind in (MATTER, HINT) for matter in MATTERS}
)

# What each list of [secrets] holds: the names of a secret, what tells that a code is none ("commit"), and the words
# around the value of one.
NAMES = (
    "password",
    "codes",
    "seed",
    "token",
    "once",
    "emergency",
    "pin",
    "card",
    "shown",
    "question",
    "topic",
    "answer",
    "wallet",
    "pair",
    "export",
    "key",
    "command",
    "header",
    "no_secret",
    "tried",
    "set_to",
    "changed_to",
    "habit",
    "steps",
    "set_before",
    "enters",
)
# Those of what begins with common words ("I type", "so"): they are looked for in few texts.
TOLD = (
    "typed",
    "therefore",
    "namely",
    "spelled",
    "follows",
    "neither",
    "reply",
    "code",
    "pieced",
    "at_end",
    "user_name",
    "holder",
    "self",
    "it_is",
    "mine_is",
)
WORDS = (
    "between",
    "no_password",
    "use",
    "joins",
    "other",
    "article",
    "thing",
    "things",
    "sets",
    "surely",
    "by_now",
    "relative",
    "tellers",
    "forgot",
    "knows",
    "of_words",
    "several",
    "account",
    "facts",
    "from",
    "to",
    "with",
    "still",
    "denies",
    "rather",
    "nor",
    "mine",
    "subject",
    "that_of",
    "into",
    "ordinal",
    "name",
    "shows",
    "leads_elsewhere",
    "types",
)
AROUND = ("is", "as", *WORDS)

_TABLES: Mapping[str, Collection[str]] = {
    "intent": (*SIGNS, "reply_prefixes"),
    "secrets": (*NAMES, *TOLD, *AROUND),
    "matters": MATTERS,
    "hints": MATTERS,
}

_CJK = re.compile(f"[{CJK}]")
_KATAKANA = "[ァ-ヺー]"
_MOST_NAMES = 120  # nobody names a kind of secret more often; each costs a closer look
_LETTERS = re.compile(r"[^\W_]+")
_RUN = re.compile(rf"[^\W_{CJK}]+")  # in other scripts words stand without spaces between: "私のpwは"
# Where a name begins and ends as a word, and where it does among letters of scripts that set no spaces.
_WORD_START, _WORD_END = r"(?<![^\W_])", r"(?![^\W\d_])"
# Latin, Greek and Cyrillic letters as they stand: of a class of the others, or in any case, patterns take long to make.
_LETTER = r"A-Za-z\u00c0-\u024f\u0370-\u052f"
_WORD_START_BESIDE, _WORD_END_BESIDE = rf"(?<!(?-i:[0-9{_LETTER}]))", rf"(?!(?-i:[{_LETTER}]))"
# What stands between them in ASCII, as spaces: to split a text at these takes a quarter of the time.
_APART = {code: " " for code in range(128) if not chr(code).isalnum()}
_HEAD_LENGTH = 3
_WORDS_KEPT = 20_000  # hostile mail must not fill the memory
_LONGEST_KEPT = 64  # characters of a word
_MISTYPED = "password"  # the list whose names are known with a typing error in them
_LEAST_MISTYPED, _MOST_MISTYPED = 7, 20  # characters of one, which has a letter more or less than the name
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Begins:
    """Those names of a list that begin with a word."""

    kind: str  # the list's name
    word: str
    ways: str  # to write any of them

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when the word is first met: there are hundreds, of which a desk's mail uses some."""
        return re.compile(self.ways, re.IGNORECASE)

    @cached_property
    def beside_others(self) -> re.Pattern[str]:
        """The same in a text with letters of scripts that set no spaces."""
        ways = self.ways.replace(_WORD_START, _WORD_START_BESIDE).replace(_WORD_END, _WORD_END_BESIDE)
        return re.compile(ways, re.IGNORECASE)


class SecretNames(dict[str, tuple[Begins, ...]]):
    """The names of all kinds of secrets, and the words that tell against one, found in a text by its words.

    What begins with a run of letters and digits is kept, as people use few words; where none begins nothing is, as it may
    be a secret.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]], ordinary: Container[str] = frozenset()) -> None:
        """`ordinary`: what is no typing error. Raises `ValueError` for a name that begins with neither a letter nor a digit."""
        self._by_head: dict[str, list[tuple[str, Begins]]] = {}  # each with the letters that it begins with
        # What may stand inside a longer word, by its first character.
        self._inside: dict[str, list[Begins]] = {}
        for kind, names in lists.items():
            for word, ways in _by_first_word_of_names(names).items():
                begins = Begins(kind, word, "|".join(ways))
                if any(map(_CJK.search, ways)):
                    self._inside.setdefault(word[0], []).append(begins)
                letters = _LETTERS.match(word)
                if letters is None:
                    raise ValueError(f"[secrets] {kind}: {word!r} begins with neither a letter nor a digit")
                self._by_head.setdefault(letters[0][:_HEAD_LENGTH], []).append((letters[0], begins))
        self._letters = {
            head: tuple({letters for letters, _ in some}) for head, some in self._by_head.items()
        }
        self._mistyped = _Mistyped(lists.get(_MISTYPED, ()), ordinary)

    def __missing__(self, run: str) -> tuple[Begins, ...]:
        beside = self._by_head[run[:_HEAD_LENGTH]]
        known = tuple([begins for letters, begins in beside if run.startswith(letters)])
        if len(self) >= _WORDS_KEPT:
            self.clear()
        if len(run) <= _LONGEST_KEPT:
            self[run] = known
        return known

    def begun(self, lowered: str, runs: Collection[str]) -> Mapping[str, Mapping[str, re.Pattern[str]]]:
        """What may stand in a text in lower case: by list and first word, the names to look for. `runs`: `runs_of` it."""
        heads = self._letters
        among_others = not lowered.isascii() and _CJK.search(lowered) is not None
        found: dict[str, dict[str, re.Pattern[str]]] = {}
        for begins in self._mistyped.among(runs):
            found.setdefault(_MISTYPED, {})[begins.word] = (
                begins.beside_others if among_others else begins.pattern
            )
        runs = [run for run in runs if run[:_HEAD_LENGTH] in heads]
        for run in [run for run in runs if run.startswith(heads[run[:_HEAD_LENGTH]])]:
            for begins in self[run]:
                found.setdefault(begins.kind, {})[begins.word] = (
                    begins.beside_others if among_others else begins.pattern
                )
        for character in () if lowered.isascii() else self._inside.keys() & set(lowered):
            for begins in self._inside[character]:
                found.setdefault(begins.kind, {})[begins.word] = begins.pattern
        return found


class _Mistyped:
    """The long names of a password with a typing error in them ("passowrd"), which no dictionary has, each told once."""

    def __init__(self, names: Iterable[str], ordinary: Container[str]) -> None:
        long = [name for name in names if name.isalpha() and _LEAST_MISTYPED < len(name) < _MOST_MISTYPED]
        self._near, self._known, self._ordinary = KeyWords(lines(long)).near, frozenset(long), ordinary
        self._firsts = frozenset(name[0] for name in long)
        self._meant = lru_cache(_WORDS_KEPT)(self._name_of)

    def among(self, runs: Iterable[str]) -> Iterator[Begins]:
        firsts, least, most = self._firsts, _LEAST_MISTYPED, _MOST_MISTYPED
        likely = [run for run in runs if run[0] in firsts and least <= len(run) <= most]
        yield from filter(None, map(self._meant, likely))

    def _name_of(self, run: str) -> Begins | None:
        if not run.isalpha() or run in self._known or run in self._ordinary:
            return None
        bare = fold(run)
        is_near = any(map(self._near, (bare, *shorter(bare))))
        return Begins(_MISTYPED, run, _bounded(run, re.escape(run))) if is_near else None


def runs_of(lowered: str) -> set[str]:
    """The runs of letters and digits of a text in lower case."""
    if lowered.isascii():
        return set(lowered.translate(_APART).split())
    return set(_RUN.findall(" ".join(set(lowered.split()))))


def spans(
    text: str, lowered: str, begun: Mapping[str, re.Pattern[str]], first: int = 0, until: int | None = None
) -> tuple[list[tuple[int, int]], int]:
    """Where names stand, in order, the longest where several overlap; and from where on they were not looked for any more.

    `lowered` has the text's length. `first`, `until`: where those that are looked for begin.
    """
    found: list[tuple[int, int]] = []
    until = last = len(text) if until is None else min(until, len(text))
    for word, pattern in begun.items():
        most = len(found) + _MOST_NAMES
        end = last + len(word) - 1
        place = lowered.find(word, first, end)
        while place >= 0 and len(found) < most:
            if match := pattern.match(text, place):
                found.append(match.span())
            place = lowered.find(word, place + 1, end)
        until = min(until, place) if place >= 0 else until
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart, until


def lower(text: str) -> str:
    """In small letters, character for character: some capitals would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower()[0] for c in text)


@dataclass(frozen=True)
class IntentWords:
    """Everything `intent` and `secrets` know of languages. Made once by `compile_intent_words`."""

    phrases: Phrases = field(default_factory=lambda: compile_phrases({}))
    of_whole_form: Phrases = field(
        default_factory=lambda: compile_phrases({})
    )  # those of OF_WHOLE_FORM alone
    of_letters: Phrases = field(default_factory=lambda: compile_phrases({}))  # what a letter of ours says
    reply_prefixes: frozenset[str] = frozenset()
    secret_names: SecretNames = field(default_factory=lambda: SecretNames({}))  # those of NAMES
    told: SecretNames = field(default_factory=lambda: SecretNames({}))  # those of TOLD
    is_words: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # by first word: "is", "should be"
    glued: re.Pattern[str] = _NEVER  # the same in languages without spaces, from the end of the name on
    as_words: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # likewise: "as"
    glued_as: re.Pattern[str] = _NEVER  # the same in languages without spaces, up to the name
    between: frozenset[str] = frozenset()  # what may stand between its name and "is": "for", "my"
    no_password: frozenset[str] = frozenset()  # what stands where a password would: "forgotten"
    use: frozenset[str] = frozenset()  # verbs before "x as password"
    joins: frozenset[str] = frozenset()  # "and", "or"
    other: frozenset[str] = frozenset()  # what tells one password from another: "new", "second"
    article: frozenset[str] = frozenset()  # what may stand before that: "the", "my"
    thing: frozenset[str] = frozenset()  # what makes a thing of a password's name: "manager"
    things: frozenset[str] = (
        frozenset()
    )  # what else is tried, set or told of: "project", "version", "firefox"
    sets: frozenset[str] = frozenset()  # verbs around "password to x": "changed"
    surely: frozenset[str] = frozenset()  # what may stand before a value: "definitely", "I think"
    by_now: frozenset[str] = frozenset()  # and what tells when: "now", "still"
    adverbs: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # both, by first word
    relative: frozenset[str] = frozenset()  # "the password, which is x"
    tellers: frozenset[str] = frozenset()  # "the password I typed is x", in languages that need no "which"
    forgot: frozenset[str] = frozenset()  # what tells that a password is not known: "forgot", "lost"
    knows: frozenset[str] = frozenset()  # what somebody does with a password whose name may follow: "knew"
    of_words: frozenset[str] = frozenset()  # the names of passwords that are of several words
    several: frozenset[str] = frozenset()  # the names of more than one
    account: frozenset[str] = frozenset()  # what stands before an account's name: "user"
    leads_elsewhere: frozenset[str] = (
        frozenset()
    )  # what stands before no password: "by", "called", "calls himself"
    types: frozenset[str] = frozenset()  # what somebody does with a word that is a password: "typed"
    shows: frozenset[str] = frozenset()  # what an app does with a code for one time: "the app says x"
    name: frozenset[str] = (
        frozenset()
    )  # the same where a password stands behind that name: "name jdoe, password x"
    facts: frozenset[str] = (
        frozenset()
    )  # questions that are answered where they are named: "mother's maiden name"
    before_old: frozenset[str] = frozenset()  # "changed from x to y"
    before_new: frozenset[str] = frozenset()
    by_means: frozenset[str] = (
        frozenset()
    )  # what stands before the name of a password that follows: "with pass x"
    glued_or: re.Pattern[str] = _NEVER  # "and", "or" in languages without spaces
    still: frozenset[str] = frozenset()  # "is x still my password?"
    denies: re.Pattern[str] = _NEVER  # "not", "isn't"
    rather: re.Pattern[str] = _NEVER  # what stands before the right one of two: "but", "it is"
    mine: re.Pattern[str] = _NEVER  # what an answer behind a question begins with: "mine was x"
    into: frozenset[str] = frozenset()  # "I typed x into the password field"
    that_of: re.Pattern[str] = _NEVER  # what a further number begins with: "that of the key is x"
    ordinal: re.Pattern[str] = _NEVER  # which of several codes it is: "first: x, second: y"
    subject: frozenset[str] = frozenset()  # what answers in a row are about: "school - x; car - y"
    nor: frozenset[str] = frozenset()  # the second word of "neither x nor y"
    ordinary: Ordinary = field(default_factory=Ordinary)  # words of dictionaries, in lower case


def compile_intent_words(
    languages: Iterable[tuple[str, Mapping[str, Any]]],
    ordinary: Container[str] = frozenset(),
    shared: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> IntentWords:
    """`languages`: the code of each, and the parsed TOML of its file, one after the other; `shared`: lists of the answers' words.

    Raises `ValueError` for a list that nothing reads, or a phrase that cannot be read.
    """
    gathered = _gathered(languages)
    intent, secrets = gathered["intent"], gathered["secrets"]
    matters, hints = gathered["matters"], gathered["hints"]
    around = {name: frozenset(word.casefold() for word in secrets[name]) for name in WORDS}
    return IntentWords(
        phrases=compile_phrases(
            {sign: (*intent[sign], *shared.get(sign, ())) for sign in SIGNS if sign not in _OF_LETTERS}
            | {MATTER + matter: matters[matter] for matter in MATTERS}
            | {HINT + matter: hints[matter] for matter in MATTERS}
        ),
        of_whole_form=compile_phrases({sign: intent[sign] for sign in OF_WHOLE_FORM}),
        of_letters=compile_phrases({sign: intent[sign] for sign in _OF_LETTERS}),
        reply_prefixes=frozenset(word.casefold() for word in intent["reply_prefixes"]),
        secret_names=SecretNames({kind: secrets[kind] for kind in NAMES}, ordinary),
        told=SecretNames({kind: secrets[kind] for kind in TOLD}),
        is_words=_by_first_word(word for word in secrets["is"] if not _CJK.search(word)),
        glued=_glued(
            [word for word in secrets["is"] if _CJK.search(word)],
            [word for word in secrets["between"] if _CJK.search(word)],
        ),
        as_words=_by_first_word(word for word in secrets["as"] if not _CJK.search(word)),
        glued_as=_glued_as([word for word in secrets["as"] if _CJK.search(word)]),
        between=around["between"],
        no_password=around["no_password"],
        use=around["use"],
        joins=around["joins"],
        other=around["other"],
        article=around["article"],
        thing=around["thing"],
        things=around["things"],
        sets=around["sets"],
        surely=around["surely"],
        by_now=around["by_now"],
        adverbs=_by_first_word((*secrets["surely"], *secrets["by_now"])),
        relative=around["relative"],
        tellers=around["tellers"],
        forgot=around["forgot"],
        knows=around["knows"],
        of_words=around["of_words"],
        several=around["several"],
        account=around["account"],
        name=around["name"],
        shows=around["shows"],
        leads_elsewhere=around["leads_elsewhere"],
        types=around["types"],
        facts=around["facts"],
        before_old=around["from"],
        before_new=around["to"],
        by_means=around["with"],
        glued_or=_glued_or([word for word in secrets["joins"] if _CJK.search(word)]),
        still=around["still"],
        denies=_ways(around["denies"]),
        rather=_ways(around["rather"]),
        nor=around["nor"],
        mine=_ways(around["mine"]),
        subject=around["subject"],
        into=around["into"],
        that_of=_ways(around["that_of"]),
        ordinal=_ways(around["ordinal"]),
        ordinary=Ordinary(ordinary),
    )


def _gathered(languages: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, dict[str, list[str]]]:
    """By table, each list with the words of all languages."""
    gathered: dict[str, dict[str, dict[str, None]]] = {
        table: {name: {} for name in known} for table, known in _TABLES.items()
    }
    for code, language in languages:
        for table, lists in gathered.items():
            for name, words in language.get(table, {}).items():
                if name not in lists:
                    raise ValueError(f"{code}: [{table}] has no list {name!r}")
                lists[name].update(dict.fromkeys(words))
    return {table: {name: [*words] for name, words in lists.items()} for table, lists in gathered.items()}


def _by_first_word_of_names(names: Iterable[str]) -> dict[str, list[str]]:
    """Names as patterns: in any case, with a space, hyphen, line break or nothing between their words."""
    by_first_word: dict[str, list[str]] = {}
    for name in sorted(set(names), key=lambda name: (-len(name), name)):
        words = name.lower().split()
        joined = r"[\s_-]?".join(re.escape(word) for word in words)
        by_first_word.setdefault(words[0], []).append(_bounded(name, joined))
    return by_first_word


def _bounded(name: str, ways: str) -> str:
    """A name as a word: "password1" is one, "passworded" is none. In Chinese or Japanese one stands between other characters.

    Of katakana the next word is no part of it ("パス" is none of "パスポート"), nor the one before if that is short ("ファイルパス").
    """
    if not _CJK.search(name):
        return f"{_WORD_START}{ways}{_WORD_END}"
    before = rf"(?<!{_KATAKANA})" if len(name) < _HEAD_LENGTH else ""
    behind = rf"(?!{_KATAKANA})" if re.match(_KATAKANA, name[-1]) else ""
    return f"{before}{ways}{behind}"


def _by_first_word(phrases: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Phrases by their first word, the longest tried first."""
    ways: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        words = phrase.casefold().split()
        ways.setdefault(words[0], []).append(r"\s{1,3}".join(map(re.escape, words)))
    return {word: re.compile("|".join(some), re.IGNORECASE) for word, some in ways.items()}


def _glued(words: Iterable[str], between: Iterable[str]) -> re.Pattern[str]:
    ways, betweens = _any_of(words), _any_of(between)
    some = rf"(?:[ \t]?(?:{betweens})[ \t]?){{0,2}}" if betweens else ""
    return re.compile(rf"[{CJK}]{{0,4}}?(?:{ways})[ \t]?[:：]?{some}") if ways else _NEVER


def _glued_as(words: Iterable[str]) -> re.Pattern[str]:
    ways = _any_of(words)
    return re.compile(rf"[ \t]?(?:{ways})[ \t]?[{CJK}]{{0,2}}$") if ways else _NEVER


def _glued_or(words: Iterable[str]) -> re.Pattern[str]:
    ways = _any_of(words)
    return re.compile(rf"[」』”\"]?[ \t]?(?:{ways})[ \t]?") if ways else _NEVER


def _ways(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of some phrases, the longest first, as they are written where one is looked for at a known place."""
    ways = [
        re.escape(phrase) if _CJK.search(phrase) else rf"{re.escape(phrase)}(?![^\W_])"
        for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    ]
    return re.compile("|".join(ways), re.IGNORECASE) if ways else _NEVER


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
