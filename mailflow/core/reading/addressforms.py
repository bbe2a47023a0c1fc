"""Finds e-mail addresses in text: plain, broken over two lines, or spelt out ("name at host dot org")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailflow.core.reading.words import CJK

# Of any script that puts spaces between words (RFC 5890); what ends with a line or hyphen was set apart by it.
_LABEL = rf"(?:(?![{CJK}])[\w-]){{0,62}}(?![{CJK}_])\w"
_DOMAIN = re.compile(rf"{_LABEL}(?:[.．]{_LABEL}){{1,8}}")
_BROKEN_DOMAIN = re.compile(
    rf"(?:[ \t]?|[ \t]{{0,3}}\n[ \t]{{0,40}})({_LABEL}(?:\.{_LABEL}){{0,7}}\.(?:[ \t]?\n[ \t]?)?{_LABEL})"
)
# What stands behind a label at the end of a line, or looks like it: the part before an "@" with which the next line begins.
_LOCAL_ABOVE = re.compile(
    r"(?:[:：]\s{0,3}|(?:\A|\s)(?=\w*[.+'\d_-]))([\w.+'-]{0,63}[\w+'-])[ \t]{0,3}\n[ \t]{0,40}\Z"
)
_LINE_ENDS = re.compile(r"[.,;]?[ \t]*(?:\n|\Z)")
_LONGEST_BEFORE = 120  # characters of that with what stands around it
_LOCAL = re.compile(rf"(?![{CJK}])[\w.+'-]")  # RFC 6531 lets in letters of every script
_LONGEST_LOCAL = 64
_MOST = 40
_AT = ("@", "＠")
_LINK = "mailto:"  # RFC 6068
_BESIDE = re.compile(
    r" ?<mailto:([^\s<>]{3,254})>", re.IGNORECASE
)  # as Outlook writes each address in plain text


@dataclass(frozen=True, slots=True)
class Found:
    value: str
    start: int
    end: int
    spelled: bool  # spelt out or broken over lines, and so put together by us


class Spelling:
    """How "@", ".", "-" and "_" are said, in all languages, and the words that no domain begins with ("at some point")."""

    def __init__(
        self,
        ats: Iterable[str],
        dots: Iterable[str],
        never: Iterable[str],
        hyphens: Iterable[str] = (),
        underscores: Iterable[str] = (),
    ) -> None:
        at = "|".join(re.escape(word) for word in (*ats, "@"))
        spoken = "|".join(re.escape(word) for word in (*dots, "."))
        self._dot = re.compile(rf"\s?[(\[{{]\s?(?:{spoken})\s?[)\]}}]\s?|\s(?:{spoken})\s", re.IGNORECASE)
        dot = rf"(?:{self._dot.pattern})"
        hyphenated = {**dict.fromkeys(hyphens, "-"), **dict.fromkeys(underscores, "_")}
        self.signs: Mapping[str, str] = {**hyphenated, **dict.fromkeys(dots, ".")}  # in lower case
        self._last_words = frozenset(sign.rpartition(" ")[2] for sign in self.signs)
        signs = "|".join(map(re.escape, hyphenated)) or "(?!)"
        said = "|".join(map(re.escape, self.signs)) or "(?!)"
        self._sign = re.compile(rf"\s({said})\s", re.IGNORECASE)
        self.in_name = re.compile(
            rf"(?<![\w.@+-])[a-z0-9][\w-]{{0,30}}(?: (?:{said}) [a-z0-9][\w-]{{0,30}}){{1,4}}(?!\w|[.@-]\w)",
            re.IGNORECASE | re.ASCII,
        )
        last = r"[a-z0-9][a-z0-9-]{0,62}"
        label = rf"{last}(?:\s(?:{signs})\s[a-z0-9-]{{1,30}})?"
        first = rf"(?!(?:{'|'.join(map(re.escape, never))})\s)" if never else ""
        self._address = re.compile(
            rf"(?<![\w.+@-])([a-z0-9][\w.+-]{{0,63}}(?:(?:{dot}|\s(?:{signs})\s)[\w+-]{{1,30}}){{0,3}})"
            rf"(?:\s?[(\[{{]\s?(?:{at})\s?[)\]}}]\s?|[ \n](?:{at})[ \n])"
            rf"({first}{label}(?:(?:{dot}|\.){label}){{0,5}}(?:{dot}|\.){last})",
            re.IGNORECASE | re.ASCII,
        )
        self._dots = frozenset(dots)
        self._bracketed = re.compile(rf"[(\[{{]\s?(?:{at})\s?[)\]}}]")

    def find(self, text: str, low: str, spaced: Iterable[str]) -> list[Found]:
        if self._dots.isdisjoint(spaced) and not self._bracketed.search(low):
            return []
        found = []
        for match in self._address.finditer(text):
            local, domain = (self.written(self._dot.sub(".", part)) for part in match.groups())
            found.append(Found(_joined(local, domain), match.start(), match.end(), spelled=True))
        return found

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the addresses stand that are spelt out."""
        return [match.span() for match in self._address.finditer(text)]

    def written(self, said: str) -> str:
        """What is said word by word, with its signs: "k underscore hollander"."""
        return self._sign.sub(self._as_sign, said)

    def may_say_sign(self, low: str) -> bool:
        """Whether a sign may be said in a lower-case text, with a space on each side."""
        return not self._last_words.isdisjoint(low.split(" "))

    def _as_sign(self, said: re.Match[str]) -> str:
        return self.signs[said[1].lower()]


def find_addresses(text: str, low: str, spaced: Iterable[str], spelling: Spelling) -> list[Found]:
    """In order, none overlapping. `low` is the text in lower case, `spaced` what stands in it between white space."""
    found = find_plain(text)
    for one in spelling.find(text, low, spaced):
        if _plausible(one.value) and not any(
            other.start < one.end and one.start < other.end for other in found
        ):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def find_plain(text: str) -> list[Found]:
    """Those with an "@", of each sign in order."""
    found: list[Found] = []
    for sign in _AT:
        place = text.find(sign)
        while place >= 0 and len(found) < _MOST:
            one = _around(text, place)
            if one is not None:
                found.append(one)
            place = text.find(sign, max(place + 1, one.end if one else 0))
    return found


def _around(text: str, at: int) -> Found | None:
    start = at
    while start > 0 and at - start < _LONGEST_LOCAL and _LOCAL.match(text[start - 1]):
        start -= 1
    while start < at and not text[start].isalnum():
        start += 1
    if start == at:
        return _below_local(text, at)
    local = text[start:at]
    if local.endswith("."):
        return None
    plain = _DOMAIN.match(text, at + 1)
    broken = _BROKEN_DOMAIN.match(text, at + 1)
    if broken and "\n" in broken.group() and _goes_on(plain, broken):
        value = _joined(local, broken[1])
        return Found(value, start, broken.end(), spelled=True) if _plausible(value) else None
    if plain:
        value = _joined(local, plain.group())
        return Found(value, *_with_signs(text, start, plain.end()), spelled=False)
    if broken and " " in text[at + 1 : broken.start(1)]:
        return Found(_joined(local, broken[1]), start, broken.end(), spelled=True)
    return None


def _below_local(text: str, at: int) -> Found | None:
    """As in "My new address: jo.doe", with "@example.org" in the next line."""
    above = _LOCAL_ABOVE.search(text, max(0, at - _LONGEST_BEFORE), at)
    domain = _DOMAIN.match(text, at + 1)
    if above is None or domain is None or not _LINE_ENDS.match(text, domain.end()):
        return None
    return Found(_joined(above[1], domain[0]), above.start(1), domain.end(), spelled=True)


def _with_signs(text: str, start: int, end: int) -> tuple[int, int]:
    """A place with what programs put around an address: the link beside it, its scheme, the slashes of slanted text."""
    link = _BESIDE.match(text, end)
    if link and link[1].lower() == text[start:end].lower():
        return start, link.end()
    if text[max(0, start - len(_LINK)) : start].lower() == _LINK:
        return start - len(_LINK), end
    slanted = text[start - 1 : start] == text[end : end + 1] == "/"
    return (start - 1, end + 1) if slanted else (start, end)


def _goes_on(plain: re.Match[str] | None, broken: re.Match[str]) -> bool:
    """Whether an address goes on in the next line: "mail.example" cannot be all of a domain, "org" can end one."""
    last = broken[1].rpartition(".")[2]
    if plain is None:
        return len(last.strip()) <= _LONGEST_END or "." in broken[1].split("\n")[-1]
    return len(plain.group().rpartition(".")[2]) > _LONGEST_END >= len(last.strip())


_LONGEST_END = 4  # characters of the usual top-level domains


def _joined(local: str, domain: str) -> str:
    domain = "".join(domain.split()).strip(".．").lower()
    return unicodedata.normalize("NFKC", f"{local}@{domain}")  # full-width letters


def _plausible(value: str) -> bool:
    local, _, domain = value.partition("@")
    return domain.rpartition(".")[2].isalpha() and not any(part.isspace() for part in local)
