"""Tells whether a text is in a language whose words are known: only there does it mean something that a word is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailflow.core.phrases import CJK
from mailflow.core.wordlist import Ordinary

_CJK = re.compile(f"[{CJK}]")
_LATIN = re.compile(r"[a-z]{3,}")  # of one and two letters there are as many words in any language
_RUSSIAN = re.compile("[ыэ]")  # no other language in this script has them, but Belarusian
_NO_RUSSIAN = re.compile("[іїєґўјљњћџђ]")
_CYRILLIC = re.compile("[а-я]+")
# Of the words, for English, German, French, Spanish, Portuguese and Italian: Dutch has 0.4 of them.
_LEAST = 0.75
# For Russian, Chinese, Japanese and Korean, told by their script: names stand in between.
_LEAST_IN_SCRIPT = 0.6


def is_known(forms: Sequence[str], ordinary: Ordinary) -> bool:
    """`forms`: folded words, as of `phrases.words_of`; `ordinary`: words of dictionaries, without accents."""
    latin = [form for form in forms if _LATIN.fullmatch(form)]
    if latin and sum(map(ordinary.has, latin)) >= _LEAST * len(latin) and len(latin) * 2 > len(forms):
        return True
    if sum(bool(_CJK.match(form)) for form in forms) >= _LEAST_IN_SCRIPT * len(forms):
        return bool(forms)
    cyrillic = [form for form in forms if _CYRILLIC.match(form)]
    text = " ".join(cyrillic)
    in_russian = bool(_RUSSIAN.search(text)) and not _NO_RUSSIAN.search(text)
    return in_russian and len(cyrillic) >= _LEAST_IN_SCRIPT * len(forms)
