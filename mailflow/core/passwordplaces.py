"""What the words around a thing say of it: that it is typed, set or told as a password, or that it is something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow.core.passwordlikes import is_odd_word
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

_MARKS = ".,;:!?()\"'*"
_QUOTES = "\"'`“”„«»‘’「『"
_NEAR = 4  # words behind it that tell what it is
_FEW = 6  # and before it
_BESIDE = 150  # characters around its sentence in which a password may be spoken of
_LEADING = (":", "：", "(")
_PAIRED = re.compile(r"[ \t]?[/|:+,][ \t]?\[password removed")  # "user/password: jdoe/…"
_FOLLOWED = re.compile(r"\[password removed")
_NAMED = re.compile(r"[ \t]?[:：=][ \t]?|['’]s ")
_BETWEEN = re.compile(r"[ \t]?[,(–—:-][ \t]?[\"'`“„«(]?|[ \t][\"'`“„«(]?")
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
        if not any(_is_of_sentence(view, word) for word in _words_in(view.text[slice(*span)])):
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


def is_named_so(view: View, span: Span) -> bool:
    """Whether it is said to be the password, whatever else it may look like: "the password was x", "pw: x"."""
    if _PAIRED.match(view.text, span[1]):
        return False
    for _, end in view.places("password"):
        if 0 < span[0] - end <= _GAP:
            between = view.text[end : span[0]]
            joint = between.strip()
            if _NAMED.fullmatch(between):
                return True
            if joint and view.joint_at(end + between.index(joint), joint.split()[0].casefold()) == joint:
                return True
    return False


def leads_elsewhere(view: View, span: Span) -> bool:
    """Whether the words around tell of another thing: "the host x", "by x", "my x tablet"."""
    words = view.words
    before, behind = _around(view, span)
    if view.names_another((*before[-2:], *behind[:2])) or not words.account.isdisjoint(behind[:_NEAR]):
        return True
    is_quoted = view.text[max(0, span[0] - 1) : span[0]] in _QUOTES and span[0] > 0
    last = before[-1] if before and not is_quoted else ""
    if last in words.is_words and len(before) > 1:
        last = before[-2]
    return last in words.leads_elsewhere or (last in words.article and bool(behind))


def is_told_of(view: View, span: Span) -> bool:
    """Whether a password is spoken of, and this is typed, set or told as one."""
    words = view.words
    first, last = view.sentence(span)
    if any(first <= start < last for start, _ in view.told("user_name")):
        return False
    if _FOLLOWED.search(view.text, span[1], min(last, span[1] + _SOON)):  # "I type jdoe, I type …"
        return False
    is_odd = is_odd_word(view.text[slice(*span)])
    if _is_beside_name(view, span, is_odd=is_odd):
        return True
    before, _ = _around(view, span)
    verb = before[-1] if before else ""
    named_before = any(first <= start < span[0] for start, _ in view.places("password"))
    if _is_typed(view, verb, is_odd=is_odd) or (named_before and verb in words.by_means):
        return any(
            first - _BESIDE <= start < last + _BESIDE
            for start, _ in (*view.places("password"), *view.told("enters"))
        )
    return named_before and _is_said(view, span, before, is_odd=is_odd)


def _is_said(view: View, span: Span, before: Sequence[str], *, is_odd: bool) -> bool:
    """Whether an "is", a colon or a bracket leads to it in a sentence that names a password before."""
    words = view.words
    if before and before[-1] in words.is_words and len(before) > 1:
        return is_odd or any(0 < span[0] - end <= _SOON for _, end in view.places("password"))
    first, _ = view.sentence(span)
    is_shown = view.text[first : span[0]].rstrip(" \t" + _QUOTES)[-1:] in _LEADING
    return is_shown and not view.names_another(before[-_FEW:])


def _is_typed(view: View, verb: str, *, is_odd: bool) -> bool:
    words = view.words
    return verb in words.types or (
        is_odd
        and (verb in words.use or verb in words.by_means or verb in words.before_new or verb in words.shows)
    )


def _is_beside_name(view: View, span: Span, *, is_odd: bool) -> bool:
    """As in "my old password, x, and", "password or x" and "x as password"."""
    text = view.text
    for start, end in view.places("password"):
        if 0 <= span[0] - end <= _GAP:
            between = text[end : span[0]]
            if _BETWEEN.fullmatch(between) and (is_odd or _is_closed(view, span, between.strip())):
                return True
            if is_odd and between.strip(" ,") in view.words.joins:
                return True
        if is_odd and 0 <= start - span[1] <= _AHEAD:
            between = text[span[1] : start]
            if "," not in between and start < view.sentence(span)[1]:
                return True
    return False


def _is_closed(view: View, span: Span, opening: str) -> bool:
    """Whether a word stands apart from the rest of the sentence: "password, x, and", "password (x)", "password x."."""
    following = view.text[span[1] : span[1] + 1]
    if opening:
        return following in _CLOSING and (opening, following) != (",", ".")
    return following in (*_CLOSING, "")


def _around(view: View, span: Span) -> tuple[Sequence[str], Sequence[str]]:
    """The words before and behind it in its sentence."""
    first, last = view.sentence(span)
    return _words_in(view.text[first : span[0]]), _words_in(view.text[span[1] : last])


def _words_in(text: str) -> list[str]:
    return [bare for word in text.casefold().split() if (bare := word.strip(_MARKS))]
