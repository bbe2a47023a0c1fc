"""SMTP command lines and the addresses in them, as text. Whatever is not understood is told apart, never guessed."""

from __future__ import annotations

import re

MAX_ADDRESS = 512  # RFC 5321, 4.5.3.1.3 says 256; bounce addresses of mailing lists are longer

_LOCAL = r'(?:"(?:[^"\\]|\\.)*"|[^\s<>@"\\]+)'
_DOMAIN = r'[^\s<>@"\\]+'
# RFC 5321, 4.1.2: Path, its source route ignored; `postmaster` may stand alone (4.1.1.3). Some clients omit the brackets.
_PATH = re.compile(rf"<(?:@[^:<>\s]+:)?((?:{_LOCAL}(?:@{_DOMAIN})?)?)>(?: (.*)|$)")
_BARE_PATH = re.compile(rf"({_LOCAL}@{_DOMAIN})(?: (.*)|$)")


def split_command(line: bytes) -> tuple[str, str | None]:
    """Verb in capitals and argument; no verb where the line is no command: not ended by CRLF, or not printable UTF-8."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "", None
    if not text.endswith("\r\n") or not text[:-2].isprintable():
        return "", None
    verb, _, argument = text[:-2].partition(" ")
    return verb.upper(), argument.strip() or None


def read_path(argument: str) -> tuple[str, str] | None:
    """The address and the parameters behind it; "<>" is the null reverse-path (RFC 5321, 4.5.5)."""
    found = _PATH.fullmatch(argument) or _BARE_PATH.fullmatch(argument)
    if found is None or len(found[1]) > MAX_ADDRESS:
        return None
    return found[1] or "<>", found[2] or ""
