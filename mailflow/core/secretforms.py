"""Secrets that show by their form alone: links that reset, addresses with a password, private keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from mailflow.core.secrettokens import Span, inner, is_mixed, unwrapped

_URL = re.compile(
    r"(?<![a-z0-9.+-])(?:[a-z][a-z0-9+.-]{1,15}://|www\.|(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,18}/)"
    r"[^\s<>\"'`|\\^{}\[\]]+",
    re.IGNORECASE,
)
# The password, and the name before it if that looks like a token; the last "@" ends it. "https://host:443?x=a@b" has none.
_USERINFO = re.compile(
    r"://(?:[^\s/@?#:]{0,19}:(?![0-9]{1,5}[?#])([^\s/]{1,200})|([^\s/@?#:]{20,200}(?::[^\s/]{0,200})?))@"
)
# No folder, port, host or second address.
_BEHIND_ADDRESS = re.compile(r"@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}[/|:;]([^\s<>\"'|]{6,64})(?=[\s\"'|]|\Z)")
_DIGIT_AND_LETTER = re.compile(r"[0-9].*?[^\W\d_]|[^\W\d_].*?[0-9]")
_NO_PASSWORD = re.compile(r"[/@:\\]|\.(?:git|[a-z]{2,4})\Z")
_RESET_WORDS = (
    "reset", "recover", "forgot", "passw", "verif", "confirm", "activat", "magic", "unlock", "onetime", "one-time", "invit", "reinit",
)  # fmt: skip
_SESSIONS = ("sid=", "sessionid=", "session_id=", "sessid=")
_RESET_WORD = re.compile("|".join(_RESET_WORDS), re.IGNORECASE)
_TOKEN_PARAMETER = re.compile(
    r"[?&#;/](?:[a-z_-]{0,20}token[a-z_-]{0,20}|sid|(?:php)?sess(?:ion)?[_-]?id|jsessionid)=[^&#\s]{16,}",
    re.IGNORECASE,
)
_ANY_PARAMETER = re.compile(
    r"[?&#;](?:code|key|[kthcpuq]|id|uid|uidb64|sig|signature|hash|otp|ticket|secret|link|oobcode)=([^&#\s]{16,})",
    re.IGNORECASE,
)
_SEGMENT = re.compile(r"/([\w.~=+:-]{20,})")
# A host of accounts with an opaque word in its path, whatever it is for.
_ACCOUNT_HOSTS = (
    "://account",
    "://login",
    "://auth.",
    "://sso.",
    "://signin",
    "://compte",
    "://konto",
    "://cuenta",
    "://id.",
    "://my.",
)
_ACCOUNT_HOST = re.compile(
    r"://(?:accounts?|logins?|auth|sso|signin|comptes?|konto|cuentas?|id|my)\.[^\s/]{1,100}/(?:[\w.~-]{1,30}/){0,3}([\w-]{24,})",
    re.IGNORECASE,
)
_OPENING = (*_RESET_WORDS, *_ACCOUNT_HOSTS, *_SESSIONS)
_CODE_HOST = re.compile(
    r"/(?:commits?|tree|blob|src|branch(?:es)?|raw|pull|merge_requests|compare|issues|releases|rev|changeset)/",
    re.IGNORECASE,
)

_KEY_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|PuTTY-User-Key-File-\d")
_KEY_END = re.compile(
    r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-MAC: [0-9a-f]{1,128}"
)
_KEY_LINE = re.compile(
    r"[> \t]{0,8}(?:[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{0,15}={1,2}"
    r"|(?:Proc-Type|DEK-Info|Encryption|Comment|Version|Hash|Key-Derivation|Public-Lines|Private-Lines): ?[^\n]{0,200}"
    r"|)[ \t]*\r?(?:\n|$)"
)
_KEY_TEXT = re.compile(r"[> \t]{0,8}[A-Za-z0-9+/=]{8,}[ \t]*\r?")
_KEY_ON_ONE_LINE = re.compile(r"(?:[ \t]+[A-Za-z0-9+/=]{16,})+")
_KEY_LENGTH = 20_000  # characters, at most
_AGE_KEY = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20,}")


# What a web front end of a code host shows: cgit, gitweb, GitLab, Gitea.
_REVISION = re.compile(
    r"/(?:tag|log|refs|plain|diff|shortlog|summary|archive)/?\?[^#\s]{0,200}?\b(?:h|id|ref|branch)=|\?p=[^#\s]{1,100}\.git\b",
    re.IGNORECASE,
)


def reset_links(text: str, long_words: str) -> Iterator[Span]:
    """Links that open an account to whoever has them."""
    if not _may_open(long_words):
        return
    for found in _links(text, long_words):
        end = unwrapped(text, found)
        if _opens(unquote(found[0])):
            yield found.start(), end if end > found.end() else found.start() + len(found[0].rstrip(".,;:!?)"))
        elif end > found.end() and _opens(unquote(re.sub(r"[\s>]+", "", text[found.start() : end]))):
            yield found.start(), end  # of one that was broken in the middle of what opens


def _links(text: str, long_words: str) -> Iterator[re.Match[str]]:
    place = 0
    for word in long_words.split("\n"):
        place = text.index(word, place)
        if _may_open(word):
            yield from _URL.finditer(text, place, place + len(word))
        place += len(word)


def _may_open(text: str) -> bool:
    """Whether it has a word that every link that opens an account has, or an escape that may hide one: few texts do."""
    low = text.casefold() if text.isascii() else text.casefold().replace("\u0307", "").replace("ı", "i")
    if "%" in low or "token" in low:
        return True
    for word in _OPENING if "://" in low else _RESET_WORDS:  # noqa: SIM110 -- a generator takes longer than all these comparisons
        if word in low:
            return True
    return False


def _opens(url: str) -> bool:
    if _CODE_HOST.search(url) or _REVISION.search(url):
        return False
    hosted = _ACCOUNT_HOST.search(url)
    if _TOKEN_PARAMETER.search(url) or (hosted and is_mixed(hosted[1])):
        return True
    about = _RESET_WORD.search(url)
    if about is None:
        return False
    long_words = (*_ANY_PARAMETER.findall(url), *_SEGMENT.findall(url, about.start()))
    return any(any(map(str.isdigit, word)) for word in long_words)


def url_passwords(text: str) -> Iterator[Span]:
    """The password of `https://user:password@host/`."""
    return map(inner, _USERINFO.finditer(text) if "://" in text and "@" in text else ())


def behind_addresses(text: str) -> Iterator[Span]:
    """The password of "jo@example.org/x7Kittens" and "jo@example.org:x7Kittens", as lists of logins have them."""
    for found in _BEHIND_ADDRESS.finditer(text) if "@" in text else ():
        start, end = found.span(1)
        end -= len(found[1]) - len(found[1].rstrip(".,;)"))
        value = text[start:end]
        if _DIGIT_AND_LETTER.search(value) and not _NO_PASSWORD.search(value):
            yield start, end


def private_keys(text: str) -> Iterator[Span]:
    """Whole keys, and what is left of one that was cut off at either end."""
    if "PRIVATE KEY" in text or "PuTTY-" in text:
        yield from _keys_in_armour(text)
    for found in _AGE_KEY.finditer(text) if "AGE-SECRET-KEY-" in text else ():
        yield found.span()


def _keys_in_armour(text: str) -> Iterator[Span]:
    marks = [(mark, True) for mark in _KEY_BEGIN.finditer(text)]
    marks += [(mark, False) for mark in _KEY_END.finditer(text)]
    marks.sort(key=lambda mark: mark[0].start())
    done = 0  # what stands before it is masked
    for number, (mark, begins) in enumerate(marks):
        following, also_begins = marks[number + 1] if number + 1 < len(marks) else (None, True)
        limit = following.start() if following else len(text)
        if not begins:
            start = _start_of_lines(text, mark.start(), done)
            end = mark.end() if start < mark.start() else done
        elif following and not also_begins and limit - mark.end() <= _KEY_LENGTH:
            start, end = mark.start(), following.end()
        else:
            start, end = mark.start(), _end_of_lines(text, mark.end(), limit)
        if end > done:
            yield start, end
            done = end


def _end_of_lines(text: str, start: int, limit: int) -> int:
    """Where a key ends that was cut off behind."""
    end = beside.end() if (beside := _KEY_ON_ONE_LINE.match(text, start, limit)) else start
    while (line := _KEY_LINE.match(text, end, limit)) and line.end() > end:
        end = line.end()
    while text[end - 1].isspace():
        end -= 1
    return end


def _start_of_lines(text: str, end: int, limit: int) -> int:
    """Where a key begins that was cut off in front."""
    start = text.rfind("\n", limit, end) + 1 or end
    while start > limit:
        line = text.rfind("\n", limit, start - 1) + 1 or limit
        if not _KEY_TEXT.fullmatch(text, line, start - 1):
            break
        start = line
    return start
