"""HTML's tags, attributes and entities, in linear time whatever the input is.

Patterns of our own, because html.parser takes quadratic time for unclosed comments and the like. Each either consumes
what it looks at or fails at once; malformed markup is read as browsers read it.
"""

from __future__ import annotations

import html
import re

# A tag, comment or declaration that never ends goes on to the end. Quotes count behind an equals sign alone.
MARKUP = re.compile(
    r"""<(?:
      (?P<close>/)?(?P<name>[A-Za-z][^\s/>]*+)
      (?P<attributes>(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?:>|\Z)
    | !--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->|\Z))
    | [!?/][^>]*+(?:>|\Z)
    )""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]++)(?:\s*+=\s*+(?:"([^"]*+)|'([^']*+)|([^\s"'>]*+)))?+""")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
# Elements whose text holds no markup, and what ends it.
RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("iframe", "script", "style", "title")
}


def unescape(text: str) -> str:
    """Entities decoded, each bounded: html.unescape raises on a number of 5,000 digits."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def read_attributes(text: str) -> dict[str, str]:
    """By their names in lower case; of one that comes twice the first."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or "").strip())
    return found
