"""Secrets in what machines read: options of commands, headers of requests, cookies and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.core.passwordshapes import is_answer, is_odd
from mailflow.core.secrettokens import Span, inner, is_opaque
from mailflow.core.secretview import REACH, View

_VALUE = r"(?:'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|([^\s'\"`|<>]{1,200}))"
_OPTION = re.compile(
    r"[ \t]-(?:-(?:[a-z-]{0,20}(?:password|passwd|passphrase|token|secret|api-?key|pass|pwd))(?:=|[ \t]{1,3})"
    rf"|[pP]([ \t]?)){_VALUE}"
)
# Options that take a name and a password at once.
_LOGIN_OPTION = re.compile(rf"[ \t]-(?:-(?:proxy-)?(?:user|auth)[= \t]{{1,3}}|[uUa][ \t]?){_VALUE}")
_LOGIN = re.compile(r"[^\s:%/]{1,100}[:%](?=[^/])")
_CONFIG = re.compile(
    rf"[ \t](?:http-basic\.\S{{1,60}}[ \t]{{1,3}}\S{{1,60}}|pypi-token\.\S{{1,60}})[ \t]{{1,3}}{_VALUE}"
)
_PIPED = re.compile(rf"echo[ \t]{{1,3}}(?:-n[ \t])?{_VALUE}[ \t]{{0,3}}\|")
_SURE_OF_P = ("twine", "sshpass")  # commands whose -p takes nothing but a password
_GLUED_P = ("mysql", "maria")  # and those that take it without a space, or ask for it
_OTHER_P = ("wget",)  # and one whose -P takes a folder
_ALONE_A = ("redis-cli",)  # and one whose -a takes a password alone
_NO_PASSWORD = re.compile(r"[0-9.:/-]+|[$./~{].*")
_LINES = 4  # of a command that goes on behind a backslash

_SCHEME = re.compile(
    r"[\"']?[ \t]{0,2}[:=][ \t]{0,2}[\"']?([a-z-]{3,20}(?=[ \t])|)[ \t]{0,3}([\w.~+/=:-]{8,4000})",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"[\"']?[ \t]{0,2}[:=]")
_COOKIE = re.compile(r"[ \t;\"'](?<!=)([^\s=;,\"']{1,60})=\"?([^\s;,\"']{6,4000})")
_SESSION = re.compile(r"sess|token|auth|sid|jwt|login|remember", re.IGNORECASE)
_LONG = 16  # characters of a cookie that is no setting

_SETTING = re.compile(
    r"(?:_(?!(?:id|name|file|path|url|uri|type|host|user|exp\w*|ttl|length|size)\b)\w{1,20})?[\"']?[ \t]{0,3}(?:=>|:=|[:=])"
    r"[ \t]{0,3}(?:\"([^\"\n]{6,200})\"|'([^'\n]{6,200})'|([^\s\"'`,;]{8,400}))",
    re.IGNORECASE,
)
_JOINTS, _QUOTES = frozenset("_-"), frozenset("\"'")
_STAND_IN = re.compile(r"[$<{%*.].*|x{3,}.*", re.IGNORECASE)


def command_passwords(view: View) -> Iterator[Span]:
    """What options of commands give: `curl -u name:x`, `mysql -px`, `twine upload --password x`."""
    seen = 0
    for start, end in view.places("command"):
        line, stop = max(seen, view.line_start(start)), _command_end(view, end)
        # From its own name on even where another stands before it: "docker exec x mysql -py".
        yield from _in_options(view, view.text[start:end].casefold(), end, stop)
        for pattern in (_CONFIG, _PIPED):
            yield from (inner(found) for found in pattern.finditer(view.text, line, stop))
        seen = stop


def _command_end(view: View, place: int) -> int:
    end = view.line_end(place)
    for _ in range(_LINES):
        if view.text[end - 1 : end] != "\\" or end - place > REACH:
            break
        end = view.line_end(end + 1)
    return end


def _in_options(view: View, command: str, start: int, stop: int) -> Iterator[Span]:
    for found in _OPTION.finditer(view.text, start, stop):
        value = view.text[slice(*inner(found))]
        long, glued, quoted = found[1] is None, found[1] == "", found[4] is None
        if (_NO_PASSWORD.fullmatch(value) and not quoted) or (not long and command in _OTHER_P):
            continue
        if (
            long
            or command in _SURE_OF_P
            or (glued == command.startswith(_GLUED_P) and (quoted or glued or is_odd(value)))
        ):
            yield inner(found)
    for found in _LOGIN_OPTION.finditer(view.text, start, stop):
        first, last = inner(found)
        login = _LOGIN.match(view.text, first, last)
        if login or command in _ALONE_A:
            yield (login.end() if login else first), last


def basic_logins(view: View) -> Iterator[Span]:
    """As in "Authorization: Basic x", which is a name and a password in base64 (RFC 7617)."""
    yield from (found.span(2) for found in _schemes(view) if found[1].casefold() == "basic")


def credentials(view: View) -> Iterator[Span]:
    """As in "Authorization: Bearer x" (RFC 6750) and "Cookie: name=x" (RFC 6265)."""
    yield from (found.span(2) for found in _schemes(view) if found[1].casefold() != "basic")
    seen = 0
    for start, end in view.places("header"):
        sign = _COOKIES.match(view.text, end) if _is_cookie(view.text[start:end]) else None
        if sign is not None:
            first, seen = max(seen, sign.end()), max(seen, view.line_end(end))
            yield from _cookies(view.text, first, seen)


def _cookies(text: str, start: int, end: int) -> Iterator[Span]:
    for found in _COOKIE.finditer(text, start, end):
        if is_opaque(found[2]) and (len(found[2]) >= _LONG or _SESSION.search(found[1])):
            yield found.span(2)


def _is_cookie(name: str) -> bool:
    return "cookie" in name.casefold()


def _schemes(view: View) -> Iterator[re.Match[str]]:
    for start, end in view.places("header"):
        found = None if _is_cookie(view.text[start:end]) else _SCHEME.match(view.text, end)
        if found and is_opaque(found[2]):
            yield found


def settings(view: View, names: str) -> Iterator[Span]:
    """As in `JWT_SECRET=x`, `api_key: "x"` and `{"secret": "x"}`: the name is one of a program, so that less will do for a value."""
    for start, end in view.places(names):
        name = view.text[start:end]
        before, behind = view.text[start - 1 : start], view.text[end : end + 1]
        is_key = before in _QUOTES and before == behind  # of JSON
        if before not in _JOINTS and not is_key and "_" not in name and not name.isupper():
            continue
        found = _SETTING.match(view.text, end)
        if found and _may_be_set(view, view.text[slice(*inner(found))]):
            yield inner(found)


def _may_be_set(view: View, value: str) -> bool:
    """Whether a value is one, rather than "${{ secrets.TOKEN }}" or "none"."""
    if _STAND_IN.fullmatch(value) or "://" in value or is_answer(view, value):
        return False
    return is_odd(value) and any(map(str.isalpha, value))
