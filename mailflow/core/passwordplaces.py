"""What the words around a thing say of it: that it is typed, set or told as a password, or that it is something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.passwordlikes import is_odd_word
from mailflow.core.passwordshapes import words_in
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

_QUOTES = tuple("\"'`“”„«»‘’「『")
_NEAR = 4  # words behind it that tell what it is
_FEW = 6  # and before it
_BESIDE = 150  # characters around its sentence in which a password may be spoken of
_LEADING = (":", "：", "(")
_PAIRED = re.compile(r"[ \t]?[/|:+,][ \t]?\[password removed")  # "user/password: jdoe/…"
_FOLLOWED = re.compile(r"\[password removed")
_NAMED = re.compile(r"[ \t]?[:：=][ \t]?|['’]s ")
_BETWEEN = re.compile(r"[ \t]?[,(–—:-][ \t]?[\"'`“„«(]?|[ \t][\"'`“„«(]?")
_FIRST_OF_PAIR = re.compile(r"(?:^|(?<=\s))([\w.@+-]{2,64})[ \t]/[ \t]\Z")
_CLOSING = (",", ".", ";", ")", "\n", '"', "'", "”", "»", "–", "—", "!", "?")
_GAP = 12  # characters of " or " and what else may stand between
_SOON = 30  # of " was, I think, "
_AHEAD = 30  # of " for the " before the name of a password
_WORDS = r"(?:[^\W\d_][^\W\d_'’]{1,14}[ \t]){1,5}[^\W\d_][^\W\d_'’]{1,14}"
_THREE_WORDS = r"(?:[^\W\d_][^\W\d_'’]{1,14}[ \t]){2,5}[^\W\d_][^\W\d_'’]{1,14}"
_APART = re.compile(
    rf"[ \t]?[:：=][ \t]{{0,2}}({_WORDS})(?=[ \t]?[).,;:!?\n–—]|\Z)|[ \t]?\(({_THREE_WORDS})\)|,[ \t]({_THREE_WORDS})(?=,|[ \t][–—])"
    rf"|[ \t]?[,:]?[ \t]?[\"“„«'`]({_THREE_WORDS})[\"”“»'`]"
)


def words_apart(view: View) -> Iterator[Span]:
    """Some words that only stand beside the name of a password: "password (x y z)", "password: x y z, and"."""
    for _, end in view.places("password"):
        found = _APART.match(view.text, end)
        if found is None or found.lastindex is None:
            continue
        span = found.span(found.lastindex)
        if not any(_is_of_sentence(view, word) for word in words_in(view.text[slice(*span)])):
            yield span


def _is_of_sentence(view: View, word: str) -> bool:
    """Whether a word is one that sentences are made of."""
    words = view.words
    return any(
        word in some
        for some in (
            words.between,
            words.no_password,
            words.article,
            words.joins,
            words.use,
            words.still,
            words.is_words,
            words.account,
            words.things,
            words.thing,
            words.relative,
            words.knows,
            words.surely,
            words.by_now,
            words.leads_elsewhere,
            words.by_means,
            words.before_new,
        )
    )


def _names_thing(view: View, word: str) -> bool:
    """Whether a word is one of everyday language rather than a name."""
    said = word.casefold()
    return view.words.ordinary.has(said) or said in view.words.things or said in view.words.account


class Place:
    """A thing in a text, with the words of its sentence around it."""

    def __init__(self, view: View, span: Span) -> None:
        self.view = view
        self.start, self.end = span
        self.value = view.text[slice(*span)]
        self.sentence = view.sentence(span)
        first, last = self.sentence
        self.before = words_in(view.text[first : self.start])
        self.behind = words_in(view.text[self.end : last])
        self.is_odd = is_odd_word(self.value)

    def is_named_so(self) -> bool:
        """Whether it is said to be the password, whatever else it may look like: "the password was x", "pw: x"."""
        view = self.view
        if _PAIRED.match(view.text, self.end):
            return False
        for _, end in view.places("password"):
            if 0 < self.start - end <= _GAP:
                between = view.text[end : self.start]
                joint = between.strip()
                if _NAMED.fullmatch(between):
                    return True
                if joint and view.joint_at(end + between.index(joint), joint.split()[0].casefold()) == joint:
                    return True
        return False

    def leads_elsewhere(self) -> bool:
        """Whether the words around tell of another thing: "the host x", "by x", "my x tablet"."""
        words, before, behind = self.view.words, self.before, self.behind
        names_another = self.view.names_another((*before[-2:], *behind[:2]))
        if names_another or not words.account.isdisjoint(behind[:_NEAR]):
            return True
        is_quoted = self.view.text.startswith(_QUOTES, self.start - 1)
        last = before[-1] if before and not is_quoted else ""
        if last in words.is_words and len(before) > 1:
            last = before[-2]
        return last in words.leads_elsewhere or (last in words.article and bool(behind))

    def is_told_of(self) -> bool:
        """Whether a password is spoken of, and this is typed, set or told as one."""
        view = self.view
        first, last = self.sentence
        if any(first <= start < last for start, _ in view.told("user_name")):
            return False
        if _FOLLOWED.search(view.text, self.end, min(last, self.end + _SOON)):  # "I type jdoe, I type …"
            return False
        if self._is_beside_name():
            return True
        if self._is_second_of_pair():
            return True
        named_before = any(first <= start < self.start for start, _ in view.places("password"))
        verb = self.before[-1] if self.before else ""
        if self._is_typed(verb) or (named_before and verb in view.words.by_means):
            return any(
                first - _BESIDE <= start < last + _BESIDE
                for start, _ in (*view.places("password"), *view.places("enters"))
            )
        return named_before and self._is_said()

    def _is_second_of_pair(self) -> bool:
        """Whether a name and a "/" stand before it, on a line of their own or where logins are spoken of: "jdoe / x7kittens"."""
        view = self.view
        first = view.line_start(self.start)
        pair = _FIRST_OF_PAIR.search(view.text, first, self.start)
        if pair is None or not self.is_odd or _names_thing(view, pair[1]):
            return False
        beside = view.text[first : pair.start(1)] + view.text[self.end : view.line_end(self.end)]
        return not beside.strip() or any(
            0 < pair.start(1) - end <= _BESIDE for _, end in view.places("enters")
        )

    def _is_said(self) -> bool:
        """Whether an "is", a colon or a bracket leads to it in a sentence that names a password before."""
        view, before = self.view, self.before
        if before[-1] in view.words.is_words:
            return self.is_odd or any(0 < self.start - end <= _SOON for _, end in view.places("password"))
        led_to = view.text[self.sentence[0] : self.start].rstrip(" \t" + "".join(_QUOTES))
        return led_to.endswith(_LEADING) and not view.names_another(before[-_FEW:])

    def _is_typed(self, verb: str) -> bool:
        words = self.view.words
        ways = (words.use, words.by_means, words.before_new, words.shows)
        return verb in words.types or (self.is_odd and any(verb in way for way in ways))

    def _is_beside_name(self) -> bool:
        """As in "my old password, x, and", "password or x" and "x as password"."""
        text = self.view.text
        for start, end in self.view.places("password"):
            if 0 <= self.start - end <= _GAP:
                between = text[end : self.start]
                if _BETWEEN.fullmatch(between) and (self.is_odd or self._is_closed(between.strip())):
                    return True
                if self.is_odd and between.strip(" ,") in self.view.words.joins:
                    return True
            if self.is_odd and self._is_before(start):
                return True
        return False

    def _is_before(self, name: int) -> bool:
        """Whether the name of a password follows soon in its sentence."""
        if not 0 <= name - self.end <= _AHEAD:
            return False
        return "," not in self.view.text[self.end : name] and name < self.sentence[1]

    def _is_closed(self, opening: str) -> bool:
        """Whether a word stands apart from the rest of the sentence: "password, x, and", "password (x)", "password x."."""
        following = self.view.text[self.end : self.end + 1]
        if opening:
            return following in _CLOSING and (opening, following) != (",", ".")
        return not following or following in _CLOSING
