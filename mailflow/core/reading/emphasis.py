"""Words that are set off to be seen: underlined, spaced out, or between marks that would else end their sentence.

In plain text people and their programs write "I do _not_ agree", "I do n o t agree", "I do (not!) agree", "I can't... agree".
Taken as they stand, a "not" is no word, or one of another sentence, and what is left is an agreement that nobody gave.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mailflow.core.plaintext import without_underlines
from mailflow.core.reading.terms import Terms
from mailflow.core.reading.words import words_of

_SPACED = re.compile(r"(?<!\w)(?P<letters>[^\W\d_](?: [^\W\d_]){1,9})(?!\w)")
# The least of it, from the space between two letters on.
_LETTERS_APART = re.compile(r" [^\W\d_](?!\w)(?<=[^\W\d_] .)(?<!\w...)")
_MARKS = "!¡…=()[]."
_SET_OFF = re.compile(
    r"(?<!\S)(?P<before>[!¡…=(\[.]*)(?P<word>[^\W\d_]+(?:['’]t)?)(?P<behind>[!…=)\].]+)(?=[ \t]+(?P<next>[^\W\d_]))"
)
_STOP = "."  # one of which ends a sentence
_ROUND = "()="
_SENTENCE_END = re.compile(r"[.!?…:;,]")


def without_emphasis(text: str, terms: Terms) -> str:
    """The text with what sets a word off taken out, of the same length."""
    text = without_underlines(text)
    negates, spaced = terms.short_words["negates"], text.lower().split()
    if 1 in map(len, spaced) and _LETTERS_APART.search(text):
        text = _SPACED.sub(lambda match: _joined(match, negates), text)
    if any(one.strip(_MARKS) in negates for one in [one for one in spaced if not one.isalpha()]):
        text = _SET_OFF.sub(lambda match: _plain(match, terms), text)
    return text


def _joined(spaced: re.Match[str], negates: Collection[str]) -> str:
    """As one word what is one, past other letters that stand before it: "I c a n n o t"."""
    letters = spaced["letters"].split()
    for first in range(len(letters) - 1):
        word = "".join(letters[first:])
        if word.lower() in negates:
            return " ".join((*letters[:first], word)).ljust(len(spaced[0]))
    return spaced[0]


def _plain(set_off: re.Match[str], terms: Terms) -> str:
    before, word, behind = set_off["before"], set_off["word"], set_off["behind"]
    if not terms.among("negates", word.lower()):
        return set_off[0]
    may_end = behind.strip(_ROUND)  # a sentence, or be a box: "[no]"
    if may_end and (behind == _STOP or set_off["next"].isupper() or _is_answer(set_off, terms)):
        return set_off[0]
    return " " * len(before) + word + " " * len(behind)


def _is_answer(set_off: re.Match[str], terms: Terms) -> bool:
    """Whether it may be all of a sentence: "No! I lost them", "Wait no!!"."""
    if set_off["word"].lower() not in terms.values.get("no", ()):
        return False
    line = set_off.string[: set_off.start()].rpartition("\n")[2]
    words = words_of(_SENTENCE_END.split(line)[-1])
    return "]" in set_off["behind"] or all(terms.among("interjections", word) for word in words)
