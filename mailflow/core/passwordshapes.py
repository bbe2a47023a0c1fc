"""What a password looks like: where it ends in a sentence, and what tells it from words, names and addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailflow.core.phrases import CJK
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import FILLER, View

QUOTED = re.compile(
    r"[ \t*_]{0,8}(?:\"([^\"\n]{1,100})\"|“([^”\n]{1,100})”|„([^“”\n]{1,100})[“”]|«\s?([^»\n]{1,100}?)\s?»|»([^«»\n]{1,100})«|‚([^‘’\n]{1,100})[‘’]|『([^』\n]{1,100})』"
    r"|'([^'\n]{1,100})'(?!\w)|`{1,3}([^`\n]{1,100})`{1,3}|「([^」\n]{1,100})」|‘([^’\n]{1,100})’(?!\w))"
)
WORD = rf"[^\s|{CJK}，。、；（）「」]{{1,200}}"
PIECE = rf"(\"[^\"\n]{{1,100}}\"|'[^'\n]{{1,100}}'|„[^“”\n]{{1,100}}[“”]|“[^”\n]{{1,100}}”|«[^»\n]{{1,100}}»|{WORD})"  # of a sentence: a word, or what is quoted
SENTENCE_END = re.compile(r"[.!?。！？\n]")
CLAUSE_END = re.compile(r"[ \t*_]{0,8}(?:\Z|[\r\n|,;.!?()。，；]|(?<=[.,;!?])[ \t])")
ADDRESS_OR_LINK = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}|(?:https?://|www\.|[\w-]{1,63}\.[a-z]{2,18}/)\S+", re.IGNORECASE
)
_FACTOR = re.compile(
    r"(?:[12]|two)-?(?:fa|step|factor|sv)|[mu]2?fa?|u2f|fido2?|otp|pypi\S{0,20}|oauth2|sha-?\d+|md5",
    re.IGNORECASE,
)
SIGNED = re.compile(r"[!#$%^&*+=~?§€£@]\w")
# A requirement or a setting: "Name>=1.2", "name=x".
_SETTING = re.compile(r"[\w.-]{1,80}(?:\[[\w,-]{0,80}\])?(?:[=<>~!]=[=\d.,*<>!~]+|=[\w./-]{1,80})")
_NEXT_WORD = re.compile(r"[ \t]([^\W\d_]{3,20})")
_FILE_OR_VERSION = re.compile(r"v?[0-9]+\.[0-9]|\.(?:[a-z]{2,4}|7z|py)$|/", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_LEAST_RUN = 3  # letters in a row
_JOINED = re.compile(r"[+&=@/]")  # "GitHub+2FA"
_OPENING = "\"'`“„‘‚«»(<["  # what may stand before a value
_MARKS = "\"'`*_-"  # and around a word that says something
LEAST_CODE = 6  # characters that make sure that it is one
_STOPS = ".,;:!?()\"'*"
_MOST_WORDS = 8  # of a password
_AFTER = ",;)]}>\"'`»«”“’‘。、，；*_"


def trimmed(text: str, start: int, end: int) -> Span:
    """Without what belongs to the sentence: quotes, brackets, a comma or full stop behind it."""
    while start < end and text[start] in _OPENING:
        start += 1
    while end > start and (text[end - 1] in _AFTER or text[end - 1].isspace()):
        end -= 1
    return start, end - 1 if text[start:end].endswith(".") and end - start > 1 else end


def is_another_thing(view: View, end: int) -> bool:
    """Whether the name goes on: a "password manager" is none."""
    following = _NEXT_WORD.match(view.text, end)
    return following is not None and following[1].casefold() in view.words.thing


def is_answer(view: View, value: str) -> bool:
    """Words that say something of a password rather than give it away: "forgotten", "lost/stolen", "?"."""
    said = value.casefold()
    if value.isalpha() or said in view.words.no_password:  # as most are, and told soonest
        return said in view.words.no_password
    words = re.split(r"[/.,;!?()]+", said.replace("’", "'"))
    words = [word.strip(_MARKS) for word in words]
    return all(not word or word in view.words.no_password for word in words) or not any(
        c.isalnum() for c in value
    )


def is_phrase(view: View, words: Sequence[str], answers: int | None = None) -> bool:
    """Whether these may be the words of a password: few of them, of which few (`answers`) tell what became of one."""
    most = len(words) // 4 if answers is None else answers
    return 0 < len(words) <= _MOST_WORDS and sum(is_answer(view, word) for word in words) <= most


def is_factor(value: str) -> bool:
    """Whether it is the name of a thing beside passwords: "2FA", "OAuth2", "PyPI-2"."""
    return _FACTOR.fullmatch(value) is not None


def is_odd(value: str) -> bool:
    """A digit, a capital inside, or a sign that words do not have."""
    inside = value[1:-1]
    return (
        any(map(str.isdigit, value))
        or any(map(str.isupper, inside))
        or bool(re.search(r"[^\w\s'’./-]", inside))
    )


def is_unmistakable(value: str) -> bool:
    return (
        len(value) >= 8
        and SIGNED.search(value, 1) is not None
        and is_mixed(value)
        and not ADDRESS_OR_LINK.search(value)
        and not _SETTING.fullmatch(value)
        and not all(piece.isalpha() or _FACTOR.fullmatch(piece) for piece in _JOINED.split(value))
    )


def is_like_no_name(value: str) -> bool:
    """A code with a sign or a capital that account names rarely have."""
    return is_code(value) and (
        SIGNED.search(value, 1) is not None or any(map(str.isupper, value[1:])) or value[:1].isupper()
    )


def is_mixed(value: str) -> bool:
    """Capital and small letters, and digits."""
    return any(map(str.isdigit, value)) and any(map(str.isupper, value)) and any(map(str.islower, value))


def is_code(value: str) -> bool:
    """Letters with digits or signs among them, as no word has: enough to be sure without a "is"."""
    if len(value) < LEAST_CODE or ADDRESS_OR_LINK.fullmatch(value) or is_factor(value) or " " in value:
        return False
    signs = any(map(str.isdigit, value)) or bool(re.search(r"[#$%^&*!@+=~_]", value[1:-1]))
    return signs and any(map(str.isalpha, value))


def may_be_one(view: View, value: str) -> bool:
    """Letters with digits or signs, and no version, file, thing or address: what stands where nothing names a password."""
    return (
        is_code(value)
        and FILLER not in value
        and not ADDRESS_OR_LINK.search(value)
        and not _SETTING.fullmatch(value)
        and not _FILE_OR_VERSION.search(value)
        and any(len(run) >= _LEAST_RUN for run in _LETTERS.findall(value))
        and run_of(value) not in view.words.things
    )


def is_sure(value: str) -> bool:
    """With a sign, or capital and small letters and digits, as few names have."""
    has_case = any(map(str.isupper, value)) and any(map(str.islower, value))
    return has_case and (any(map(str.isdigit, value)) or SIGNED.search(value, 1) is not None)


def words_in(text: str) -> list[str]:
    """Its words, in lower case and without the marks of a sentence around them."""
    return [bare for word in text.casefold().split() if (bare := word.strip(_STOPS))]


def run_of(value: str) -> str:
    """The letters that it begins with."""
    run = _LETTERS.match(value)
    return run[0].casefold() if run else ""
