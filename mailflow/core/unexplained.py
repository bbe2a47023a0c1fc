"""Passwords that no word names: what looks like one in a mail, and was read as nothing else.

`secrets.py` finds what stands beside the name of a secret, before anybody reads the mail. As often people write "it takes
Heather#1066 and then wants a code". Once the mail is read, the names, addresses and projects in it are known, and what is left
of such a form can hardly be anything but a password:

- a word with a sign in it that no account's name has,
- one with digits, where the account is known by another name, or where it is typed, set or told as a password,
- a word that no dictionary has, or some words, right beside the name of a password or behind "I typed".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from mailflow.core.answer import Answer, Reading
from mailflow.core.form import Form, Kind
from mailflow.core.intentwords import IntentWords
from mailflow.core.passwordlikes import codes, holds_sign, is_called_code, odd_words, unknown_words
from mailflow.core.passwordplaces import Place, words_apart
from mailflow.core.reading.likeness import Writer
from mailflow.core.secretkind import SecretKind
from mailflow.core.secretview import View
from mailflow.core.text import Line, Mark

_LONGEST = 20_000  # characters that are looked through: nobody writes a longer letter
_MOST = 50  # what has more of them is a list or a log that was pasted
_LIKE = 4  # letters that it and something known begin with alike
_KNOWN = frozenset({Kind.NAME, Kind.ADDRESS, Kind.LIST, Kind.URL})


def unexplained(
    lines: Iterable[Line],
    reading: Reading,
    known: Iterable[Answer],
    writer: Writer,
    form: Form,
    words: IntentWords,
) -> Mapping[str, SecretKind]:
    """The secrets in a person's own lines, as they stand there. `known`: what the case was told before."""
    text = "\n".join(line.text for line in lines if line.mark is Mark.FRESH)[:_LONGEST]
    view = View(text, words)
    spans = [*odd_words(view), *unknown_words(view)]
    some_codes = [*codes(view)]
    if not (spans or some_codes or "password" in view.named):
        return {}
    read = (*reading.answers.values(), *(answer for doubt in reading.doubts for answer in doubt.answers))
    told = (*read, *known)
    is_named = any(_kind(answer, form) is Kind.NAME for answer in told)
    names = _names(told, writer, form)
    passwords = (span for span in spans if _is_one(Place(view, span), names, is_named=is_named))
    found = {
        text[slice(*span)]: SecretKind.PASSWORD for span in islice((*words_apart(view), *passwords), _MOST)
    }
    return found | {
        text[start:end]: SecretKind.RECOVERY_CODE
        for start, end in some_codes[:_MOST]
        if is_called_code(view, start) or not _is_told(text[start:end], names)
    }


def _names(told: Iterable[Answer], writer: Writer, form: Form) -> Collection[str]:
    """What is known to be something else, in lower case."""
    values = {writer.address, writer.name}
    for answer in told:
        if _kind(answer, form) in _KNOWN:
            values.add(answer.words)
            values.update(_values(answer))
    return {value.casefold() for value in values}


def _kind(answer: Answer, form: Form) -> Kind | None:
    field = form.by_key.get(answer.field)
    return field.kind if field else None  # the site has changed its form since


def _values(answer: Answer) -> tuple[str, ...]:
    """Of a field of a kind that is known: no yes or no."""
    assert not isinstance(answer.value, bool), "no such field has one"
    return (answer.value,) if isinstance(answer.value, str) else answer.value


def _is_one(place: Place, names: Collection[str], *, is_named: bool) -> bool:
    if place.is_named_so():
        return True
    first, last = place.sentence
    if _is_told(place.value, names) or place.view.tells_against(first, last):
        return False
    if holds_sign(place.value):
        return True
    holds_link = "://" in place.view.text[first:last]  # behind which a proof of ownership lies
    if holds_link or place.leads_elsewhere():
        return False
    return (is_named and place.is_odd) or place.is_told_of()


def _is_told(value: str, names: Collection[str]) -> bool:
    """Whether it is known as something else, or is like that: who says "jdoe42 or j_doe42" tells names."""
    said, begin = value.casefold(), _letters(value)[:_LIKE]
    return any(said in name for name in names) or (
        not holds_sign(value)
        and len(begin) == _LIKE
        and any(_letters(piece).startswith(begin) for name in names for piece in (name, *name.split()))
    )


def _letters(value: str) -> str:
    return "".join(filter(str.isalpha, value.casefold()))
