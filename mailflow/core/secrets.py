"""Finds and masks what nobody should have mailed: recovery codes, tokens, passwords, TOTP seeds, reset links, keys."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter, le
from typing import NamedTuple

from mailflow.core import (
    onetimecodes,
    passwordstried,
    secretanswers,
    secretcodes,
    secretforms,
    secretnumbers,
    secretquestions,
    secretseeds,
    secretsettings,
    secrettokens,
)
from mailflow.core.encoded import encoded_texts, may_hold_text
from mailflow.core.intentwords import IntentWords
from mailflow.core.passwordpairs import named_pairs
from mailflow.core.passwordrows import keys_beside, rows
from mailflow.core.passwords import passwords
from mailflow.core.plaintext import without_underlines
from mailflow.core.secretkind import SecretKind
from mailflow.core.secretplain import made_plain
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import FILLER, MOST, REACH, View
from mailflow.core.wideletters import as_ascii


class Secret(NamedTuple):
    """Where a secret stands in a text, and of which kind it is."""

    kind: SecretKind
    start: int  # characters in the text it was found in
    end: int


# What stands in a secret's place.
MASKS = {
    SecretKind.RECOVERY_CODE: "[recovery code removed]",
    SecretKind.API_TOKEN: "[API token removed]",
    SecretKind.HOSTING_TOKEN: "[hosting token removed]",
    SecretKind.PASSWORD: "[password removed]",
    SecretKind.TOTP_SECRET: "[authenticator secret removed]",
    SecretKind.RESET_LINK: "[reset link removed]",
    SecretKind.PRIVATE_KEY: "[private key removed]",
    SecretKind.ONE_TIME_CODE: "[one-time code removed]",
}


_TEXT, _LONG_WORDS = "", "long words"  # what a detector looks at, rather than beside the names of a list

# In this order: what two of them claim is of the first one's kind.
_Detector = tuple[SecretKind, str, Callable[..., Iterable[Span]]]
DETECTORS: tuple[_Detector, ...] = (
    (SecretKind.PRIVATE_KEY, _TEXT, secretforms.private_keys),
    (SecretKind.RESET_LINK, _LONG_WORDS, secretforms.reset_links),
    (SecretKind.HOSTING_TOKEN, _LONG_WORDS, secrettokens.hosting_tokens),
    (SecretKind.TOTP_SECRET, "seed", secretseeds.totp_seeds),
    (SecretKind.API_TOKEN, _LONG_WORDS, secrettokens.api_tokens),
    (SecretKind.RECOVERY_CODE, "codes", secretcodes.recovery_codes),
    (SecretKind.RECOVERY_CODE, "emergency", secretcodes.numbers_for_emergencies),
    (SecretKind.PRIVATE_KEY, "seed", secretseeds.key_seeds),
    (SecretKind.PRIVATE_KEY, "wallet", onetimecodes.wallet_words),
    (SecretKind.PASSWORD, _TEXT, secretforms.url_passwords),
    (SecretKind.PASSWORD, _TEXT, secretforms.behind_addresses),
    (SecretKind.PASSWORD, "command", secretsettings.command_passwords),
    (SecretKind.PASSWORD, "header", secretsettings.basic_logins),
    (SecretKind.API_TOKEN, "header", secretsettings.credentials),
    (SecretKind.API_TOKEN, "token", secretseeds.service_keys),
    (SecretKind.API_TOKEN, "token", partial(secretsettings.settings, names="token")),
    (SecretKind.API_TOKEN, "seed", partial(secretsettings.settings, names="seed")),
    (SecretKind.PASSWORD, "password", passwords),
    (SecretKind.PASSWORD, "pair", named_pairs),
    (SecretKind.PASSWORD, "export", rows),
    (SecretKind.PASSWORD, "key", keys_beside),
    (SecretKind.PASSWORD, "tried", passwordstried.tried),
    (SecretKind.PASSWORD, "habit", passwordstried.habit),
    (SecretKind.PASSWORD, "steps", passwordstried.steps),
    (SecretKind.PASSWORD, "set_to", passwordstried.set_to),
    (SecretKind.PASSWORD, "changed_to", passwordstried.changed_to),
    (SecretKind.PASSWORD, "set_before", passwordstried.set_before),
    (SecretKind.PASSWORD, "pin", secretnumbers.numbers),
    (SecretKind.PASSWORD, "question", secretanswers.secret_answers),
    (SecretKind.PASSWORD, "question", secretquestions.answers_told),
    (SecretKind.PASSWORD, "question", secretquestions.answers_in_place),
    (SecretKind.PASSWORD, "topic", secretquestions.answers_about),
    (SecretKind.PASSWORD, "answer", secretquestions.answers_in_a_row),
    (SecretKind.ONE_TIME_CODE, "once", onetimecodes.one_time_codes),
    (SecretKind.ONE_TIME_CODE, "shown", onetimecodes.codes_shown),
)

_BY_FORM_TOO = frozenset(
    {secretseeds.totp_seeds, secretcodes.recovery_codes, secretnumbers.numbers, rows}
)  # the others need a name
# The names of what people tell in their own words, so that signs and line ends may stand between.
_TOLD = frozenset({"password", "pair", "pin", "question", "once", "tried", "set_to", "changed_to"})
_TOLD_KINDS = frozenset({SecretKind.PASSWORD, SecretKind.ONE_TIME_CODE})
_TOLD_DETECTORS = tuple(one for one in DETECTORS if one[0] in _TOLD_KINDS and one[1] != _TEXT)
_RANKS = {kind: rank for rank, (kind, *_) in reversed(list(enumerate(DETECTORS)))}
_ROUNDS = 4
_FILLERS = {kind: FILLER * len(mask) for kind, mask in MASKS.items()}
_start, _end, _extent = itemgetter(1), itemgetter(2), itemgetter(1, 2)
_new_secret = partial(tuple.__new__, Secret)
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_CODE_LANGUAGE = re.compile(
    r"(?<=```)(?:text|txt|plain|plaintext|sh|bash|shell|console|ini|toml|yaml|json|python|py|log|none)(?=[ \t]*\r?\n)",
    re.IGNORECASE,
)
_MOST_CUT = 300  # characters of a word around where it was cut
_CUT_BEFORE = re.compile(r"[0-9A-Za-z]+[0-9A-Za-z]\Z")
_CUT_BEHIND = re.compile(r"[0-9A-Za-z]{2,}")
_MASK = re.compile("|".join(re.escape(mask) for mask in MASKS.values()))


def find_secrets(text: str, words: IntentWords) -> tuple[Secret, ...]:
    """Sorted, not overlapping. Looks again at the masked text, as one secret may hide another.

    What is masked already counts for nothing: neither its place nor the words of the mask. A block that was encoded
    and holds a secret is one, all of it.
    """
    view = _view(text, words)
    plain = _detected_in(view)
    coded = [
        _new_secret((found[0].kind, start, end))
        for start, end, decoded in (encoded_texts(text) if may_hold_text(text, view.long_words) else ())
        if (found := _detected_in(_view(decoded, words)))
    ]
    return tuple(_merged(sorted([*plain, *coded], key=_extent)) if coded else plain)


def _view(text: str, words: IntentWords) -> View:
    return View(_neutral(as_ascii(without_underlines(text))), words)


def _detected_in(view: View) -> list[Secret]:
    neutral, words = view.text, view.words
    secrets: list[Secret] = []
    whole = view
    for _ in range(_ROUNDS):
        new = _detect(view)
        if not new:
            break
        secrets = _merged([*secrets, *_in_original(new, secrets)])
        view = View(_replaced(neutral, secrets, [_FILLERS[kind] for kind, _, _ in secrets]), words)
    secrets = _with_alike(whole, secrets)
    places = (span for names in _TOLD.intersection(view.named) for span in view.places(names))
    named = [span for span in places if not view.text.startswith(">", view.text.rfind("\n", 0, span[0]) + 1)]
    if not named:  # but in what is quoted, such as our own letters
        return secrets
    around = (0, len(neutral))
    if not secrets:  # the places are those of the text
        around = (max(0, min(named)[0] - REACH), max(end for _, end in named) + REACH)
    return _merged([*secrets, *_set_off(neutral, secrets, words, around)])


def _with_alike(view: View, secrets: list[Secret]) -> list[Secret]:
    """With the codes that are told away from the words that name them: "I tried x. I also have y and z"."""
    codes = [view.text[start:end] for kind, start, end in secrets if kind is SecretKind.RECOVERY_CODE]
    if not codes:
        return secrets
    spans = _few(secretcodes.alike(view, codes[:MOST]), len(view.text))
    return _merged([*secrets, *[_new_secret((SecretKind.RECOVERY_CODE, *span)) for span in spans]])


def _set_off(text: str, secrets: Sequence[Secret], words: IntentWords, around: Span) -> Iterator[Secret]:
    """Those in a part of a text that are told only where it is as it would be typed plainly."""
    first = around[0]
    masked = _replaced(text, secrets, [FILLER * (end - start) for _, start, end in secrets])
    plain = made_plain(masked[slice(*around)])
    if plain is None:
        return
    for found in _detect(View(plain.text, words), _TOLD_DETECTORS):
        start, end = plain.original(found.start, found.end)
        yield _new_secret((found.kind, first + start, first + end))


def without_tokens(text: str) -> str:
    """The text with what shows by its form that it is a token masked; nothing else is looked for."""
    spans = sorted(secrettokens.tokens(text))
    return mask(text, _merged([Secret(SecretKind.API_TOKEN, *span) for span in spans]))


def mask(text: str, secrets: Iterable[Secret]) -> str:
    """The text with each secret replaced by what it was."""
    found = sorted(secrets, key=_start)
    return _replaced(text, found, [MASKS[kind] for kind, _, _ in found])


def _replaced(text: str, secrets: Sequence[Secret], stand_ins: Sequence[str]) -> str:
    """The text with something else in the place of each secret, of which each has its own; they are sorted."""
    ends = [0, *[end for _, _, end in secrets]]
    starts = [*[start for _, start, _ in secrets], len(text)]
    parts = [""] * (2 * len(ends) - 1)
    parts[::2] = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    parts[1::2] = stand_ins
    return "".join(parts)


def _neutral(text: str) -> str:
    """The text without the words of masks, and without the language of a block of code, of the same length."""
    if "```" in text:
        text = _CODE_LANGUAGE.sub(lambda found: " " * len(found[0]), text)
    return _MASK.sub(lambda found: FILLER * len(found[0]), text) if " removed]" in text else text


def _detect(view: View, detectors: Sequence[_Detector] = DETECTORS) -> list[Secret]:
    text = view.text
    present = {_TEXT, _LONG_WORDS, *view.named}
    return [
        _new_secret((kind, start, end))
        for kind, names, detect in detectors
        if names in present or detect in _BY_FORM_TOO
        for span in _few(_detected(view, names, detect), len(text))
        for start, end in (_whole(text, span) if names in _TOLD else span,)
        if _LETTER_OR_DIGIT.search(text, start, end)
    ]


def _whole(text: str, span: Span) -> Span:
    """With all of the words that it begins and ends in: what was only looked at as far as that is a part of the secret, too."""
    start, end = span
    begun = _CUT_BEFORE.search(text, max(0, start - _MOST_CUT), start + 1)
    goes_on = _CUT_BEHIND.match(text, max(0, end - 1), end + _MOST_CUT)
    return begun.start() if begun else start, goes_on.end() if goes_on else end


def _detected(view: View, names: str, detect: Callable[..., Iterable[Span]]) -> Iterable[Span]:
    """What a detector finds; beside names, all that stands where those are too many to look at, too."""
    if names == _TEXT:
        return detect(view.text)
    if names == _LONG_WORDS:
        return detect(view.text, view.long_words) if view.long_words else ()
    return chain(detect(view), view.crowded(names))


def _few(spans: Iterable[Span], end: int) -> Collection[Span]:
    """Each of them once; of more than anybody writes, all from the first one to the end of the text."""
    found: dict[Span, None] = {}
    for span in spans:
        found[span] = None
        if len(found) > MOST:
            return [(min(found)[0], end)]
    return found


def _in_original(found: list[Secret], masked: Sequence[Secret]) -> list[Secret]:
    """Secrets found in a masked text, at their places in the text itself; one that holds a mask holds its secret."""
    if not masked:
        return found
    begins, ends, shift = [-1], [-1], 0
    for secret in masked:
        begins.append(secret.start - shift)
        ends.append(begins[-1] + len(MASKS[secret.kind]))
        shift = secret.end - ends[-1]
    whole = [Secret(SecretKind.PASSWORD, -1, -1), *masked]  # before the first mask nothing is shifted

    def start_of(place: int) -> int:
        last = bisect_right(begins, place) - 1
        return whole[last].start if place < ends[last] else place - ends[last] + whole[last].end

    def end_of(place: int) -> int:
        last = bisect_left(begins, place) - 1
        return whole[last].end if place <= ends[last] else place - ends[last] + whole[last].end

    return [Secret(secret.kind, start_of(secret.start), end_of(secret.end)) for secret in found]


def _merged(secrets: list[Secret]) -> list[Secret]:
    """Where they overlap, one; of the kind that comes first in the table."""
    starts, ends = [*map(_start, secrets)], [*map(_end, secrets)]
    if all(map(le, ends, starts[1:])):  # as mostly where there are thousands
        return secrets
    merged: list[Secret] = []
    for secret in sorted(set(secrets), key=_extent):
        if merged and secret.start < merged[-1].end:
            last = merged.pop()
            kind = min(last.kind, secret.kind, key=_RANKS.__getitem__)
            merged.append(Secret(kind, last.start, max(last.end, secret.end)))
        else:
            merged.append(secret)
    return merged
