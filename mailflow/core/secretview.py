"""A text as the detectors of secrets see it: with the places where a kind of secret is named."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from mailflow.core.intentwords import IntentWords, lower, runs_of, spans
from mailflow.core.secrettokens import LEAST_TOKEN, Span

# What stands in the place of a secret that was found: neither a letter, a digit, a sign nor a space, and in no text, so
# that no detector takes it for anything. In ASCII, as what is in ASCII is looked through several times as fast.
FILLER = "\x01"
REACH = 300  # characters around a name that are looked at: no text costs more than its length
MOST = 500  # secrets that one detector tells; a mail that holds more is no letter


class View:
    def __init__(self, text: str, words: IntentWords) -> None:
        self.text = text
        self.words = words
        self.lowered = lower(text)
        self._runs = runs_of(self.lowered)
        self._begun = words.secret_names.begun(self.lowered, self._runs)
        self._places: dict[str, tuple[list[Span], int]] = {}

    @cached_property
    def long_words(self) -> str:
        """What stands between white space and is long enough for a token or a code, a line each: little of most texts."""
        long_words = [word for word in self.text.split() if len(word) >= LEAST_TOKEN]
        if FILLER in self.text:  # where much was found little is left to be looked through for each form
            long_words = [word for word in long_words if len(word) - word.count(FILLER) >= LEAST_TOKEN]
        return "\n".join(long_words)

    @cached_property
    def holds_code(self) -> bool:
        """Whether anything in the text has the least that every code has."""
        return _LIKE_CODE.search(self.text) is not None

    @cached_property
    def _like_codes(self) -> list[int]:
        """Where a digit stands in what is long enough for a code, or a part of one: of three characters."""
        return [digit.start() for digit in _LIKE_CODE.finditer(self.text)]

    def may_hold_code(self, start: int, end: int) -> bool:
        """The same of a part of the text."""
        first = bisect_left(self._like_codes, start)
        return first < len(self._like_codes) and self._like_codes[first] < end

    @property
    def code_names(self) -> list[Span]:
        return self.places("codes")

    def names_codes(self, start: int, end: int) -> bool:
        """Whether codes are named between two places."""
        first = bisect_left(self.code_names, (start, start))
        return first < len(self.code_names) and self.code_names[first][0] < end

    @property
    def named(self) -> Collection[str]:
        """The lists of [secrets] of which a name may stand there, as the word does that it begins with."""
        return self._begun.keys()

    def places(self, names: str) -> list[Span]:
        """Where the names of a list of [secrets] stand."""
        return self._named(names)[0]

    def crowded(self, names: str) -> Iterator[Span]:
        """From where on there are so many names of a list that they were not looked for, if they were looked for at all."""
        start, end = self._places[names][1] if names in self._places else len(self.text), len(self.text)
        if start < end:
            yield start, end

    def _named(self, names: str) -> tuple[list[Span], int]:
        return self._found(names, self._begun)

    def told(self, names: str) -> list[Span]:
        """Where the words of a list stand that begin with common words, which is looked for in few texts."""
        return self._found(names, self._told_begun)[0]

    def _found(
        self, names: str, all_begun: Mapping[str, Mapping[str, re.Pattern[str]]]
    ) -> tuple[list[Span], int]:
        if names not in self._places:
            begun = all_begun.get(names)
            self._places[names] = spans(self.text, self.lowered, begun) if begun else ([], len(self.text))
        return self._places[names]

    def told_behind(self, places: Sequence[Span], names: str, reach: int = REACH) -> list[Span]:
        """The same from the end of the first of some places to `reach` characters behind the last: less to look through."""
        begun = self._told_begun.get(names)
        if not begun or not places:
            return []
        return spans(self.text, self.lowered, begun, places[0][1], places[-1][1] + reach + 1)[0]

    @cached_property
    def _told_begun(self) -> Mapping[str, Mapping[str, re.Pattern[str]]]:
        return self.words.told.begun(self.lowered, self._runs)

    def line_end(self, position: int) -> int:
        end = self.text.find("\n", position, position + REACH)
        return min(len(self.text), position + REACH) if end < 0 else end

    def line_start(self, position: int, lines: int = 1) -> int:
        """Where the line begins, or with `lines` the one so many before."""
        limit = max(0, position - REACH)
        for _ in range(lines):
            position = self.text.rfind("\n", limit, position)
            if position < 0:
                return limit
        return position + 1

    def since(self, stop: re.Pattern[str], place: int, reach: int) -> int:
        """Where the last stop before a place ends, or `reach` characters before it."""
        first = max(0, place - reach)
        return max((found.end() for found in stop.finditer(self.text, first, place)), default=first)

    def until(self, stop: re.Pattern[str], place: int, reach: int) -> int:
        """Where the first stop behind a place begins, or `reach` characters behind it."""
        found = stop.search(self.text, place, place + reach)
        return found.start() if found else min(len(self.text), place + reach)

    def sentence(self, span: Span) -> Span:
        """What is said around a place, from stop to stop, and `REACH` characters to either side at most."""
        return self.since(_SENTENCE_STOP, span[0], REACH), self.until(_SENTENCE_STOP, span[1], REACH)

    def names_another(self, said: Collection[str]) -> bool:
        """Whether one of some words, in lower case, names an account, or another thing than a password that "it" may be."""
        return not (self.words.things.isdisjoint(said) and self.words.account.isdisjoint(said))

    def tells_against(self, start: int, end: int) -> bool:
        """Whether a word stands there beside which a code is no secret."""
        first = bisect_left(self.no_secrets, start)
        return first < len(self.no_secrets) and self.no_secrets[first] < end

    @cached_property
    def no_secrets(self) -> list[int]:
        """Where words stand such as "commit" or "branch": beside one a code is no secret."""
        return [start for start, _ in self.places("no_secret")]

    def value_after(self, name_end: int) -> tuple[int, str] | None:
        """Where the value of a named secret begins, and what joins it to the name: "is", ":", "" for a mere space."""
        if sign := _SIGN.match(self.text, name_end):
            return sign.end(), sign[1] or sign[2]
        if glued := self.words.glued.match(self.text, name_end):
            return glued.end(), glued[0].strip()
        remark = _REMARK.match(self.text, name_end)
        if remark and not self._is_lost(remark[1]) and (found := self._value_after_remark(remark.end())):
            return found
        if relative := _RELATIVE.match(self.text, name_end):
            return self._value_after_clause(relative)
        space = _SPACE.match(self.text, name_end)
        return (self._value_after_words(name_end) or (space.end(), "")) if space else None

    def _value_after_clause(self, clause: re.Match[str]) -> tuple[int, str] | None:
        """The same behind a clause between commas: "my password, which I wrote down, is"."""
        of_account = not self.words.account.isdisjoint(clause[1].casefold().split())
        return None if of_account else self.value_after_is(clause.end())

    def _is_lost(self, remark: str) -> bool:
        """Whether a remark says nothing but what became of a secret: "(forgotten)"."""
        words = remark.split()
        return len(words) < _SAYS_MORE and all(
            (said := word.casefold().strip(_ENDS)) in self.words.no_password and said not in self.words.other
            for word in words
        )

    def _value_after_remark(self, end: int) -> tuple[int, str] | None:
        """The same behind a remark in brackets: "password (all small) is", where nothing stands between."""
        if sign := _SIGN.match(self.text, end):
            return sign.end(), sign[1] or sign[2]
        return self.value_after_is(end + 1)

    def value_after_is(self, place: int) -> tuple[int, str] | None:
        """The same behind an "is" that stands at a place."""
        word = _WORD.match(self.text, place)
        phrase = self.joint_at(place, word[1].casefold()) if word else ""
        return self._value_behind(place, phrase) if phrase else None

    def _value_behind(self, place: int, phrase: str) -> tuple[int, str] | None:
        """The same behind an "is" that was found, and what it may be said with: "is definitely", "is, I think,"."""
        end = self.past_surely(place + len(phrase))
        if self.text.startswith(",", end):
            return None
        behind = _BEHIND_IS.match(self.text, end)
        return (behind.end(), phrase) if behind else None

    def past_surely(self, place: int) -> int:
        """Behind words such as "definitely" that stand at a place, if more follows."""
        for _ in range(_MOST_SURE):
            word = _ADVERB.match(self.text, place)
            ways = self.words.adverbs.get(word[1].casefold()) if word else None
            sure = ways.match(self.text, word.start(1)) if word and ways else None
            behind = _BEHIND_SURE.match(self.text, sure.end()) if sure else None
            if behind is None:
                return place
            place = behind.end()
        return place

    def _value_after_words(self, name_end: int) -> tuple[int, str] | None:
        """The same, with some words between: "password for the account is"."""
        last = self.past_surely(name_end)
        if last > name_end and (sign := _SIGN.match(self.text, last)):
            return sign.end(), sign[1] or sign[2]
        last = name_end
        for found in islice(_WORD.finditer(self.text, name_end, name_end + REACH), _WORDS_BETWEEN):
            # A mail program may have broken the line before "is".
            broken = "\n" in self.text[last : found.start()]
            word, colon = found[1].casefold(), found[2]
            if phrase := self.joint_at(found.start(), word):
                return self._value_behind(found.start(), phrase)
            if broken or not self._may_stand_between(word) or self.text.startswith("://", found.end()):
                return None
            if colon:
                in_brackets = (
                    "(" in self.text[name_end : found.end()] and word.strip("(") in self.words.account
                )
                return None if in_brackets else (found.end(), colon)  # "my password (account: jdoe)"
            if sign := _SIGN.match(self.text, found.end()):
                return sign.end(), sign[1] or sign[2]
            last = found.end()
        return None

    def joint_at(self, start: int, word: str) -> str:
        """The longest phrase such as "is" or "should be" that begins there, with a word; "" if none does."""
        pattern = self.words.is_words.get(word.rstrip(","))
        found = pattern.match(self.text, start) if pattern else None
        return found[0] if found else ""

    def _may_stand_between(self, word: str) -> bool:
        bare = word.strip(_MARKS)
        return word[-1] not in _ENDS and (
            bare in self.words.between
            or bare not in self.words.no_password
            or bare in self.words.surely
            or bare in self.words.by_now
        )


_SENTENCE_STOP = re.compile(r"[.!?](?=\s)|[。！？]|\n[ \t]*\n")
_SPACE = re.compile(r"[)\]*_`\"'”»]{0,3}[ \t]{1,8}|[ \t]?\r?\n[> \t]{0,8}")
_SIGN = re.compile(
    r"(?:[ _-]?(?:(?:n[ro]\.|n°|№|#) ?)?[0-9]{1,2}(?=[ \t:=]))?[ \t*_\"'`]{0,8}(?:[.…_]{2,40}[ \t]?(?=[:=]))?(->|>(?=[^\s<])|=>|:(?!//)|[=：＝|→⇒➜➝➔⟶➡\t]|_{3,40}(?=[ \t]?\w))[*_]{0,3}|[ \t](--?|–|—)[ \t]"
)
_REMARK = re.compile(r"[ \t]\(([^()\n]{1,80})\)(?=[ \t]*[^\s\w]|[ \t]\w)")
_RELATIVE = re.compile(r",[ \t]([^.!?:,()\n]{3,80}),[ \t]")
_SAYS_MORE = 4  # words of a remark: "(I am sure of it)"
_BEHIND_IS = re.compile(r"[ \t]{0,3}[:：]?(?:[ \t]?\r?\n[> \t]{0,4})?(?=[\s\S])")
_ADVERB = re.compile(r"[ \t]{0,2},?[ \t]{1,2}([^\s,:]{1,20})")
_BEHIND_SURE = re.compile(r"(?=[ \t:])|,(?=[ \t])")
_MOST_SURE = 2  # of such words
_WORD = re.compile(r"([^\s:=：＝|→]{1,40})((?::(?!//)|[=：＝])?)")
_WORDS_BETWEEN = 6
_MARKS, _ENDS = "()*_", ".,;!?"  # of a word; of a part of a sentence
# It begins with the digit, as few characters are one, and looks back from it.
_LIKE_CODE = re.compile(
    r"[0-9](?:[0-9A-Za-z-]{2}|(?<=[0-9A-Za-z-][0-9])[0-9A-Za-z-]|(?<=[0-9A-Za-z-]{2}[0-9]))"
)
