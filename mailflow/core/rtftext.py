r"""The text of an RTF file, as word processors write it where nothing else is asked for: its words without what lays them out.

What is not shown either (fonts, colours, pictures in hexadecimal) stays in it: it is searched for secrets, and nobody reads it.
"""

from __future__ import annotations

import re

SIGNATURE = b"{\\rtf"

# A character by its number, in the file's charset or in Unicode with a stand-in behind it; a control word with the space that
# ends it; a control sign; a group's brackets; line ends, which mean nothing (RTF specification 1.9.1, "RTF Syntax").
_CONTROL = re.compile(
    r"\\'([0-9A-Fa-f]{2})|\\u(-?[0-9]{1,6}) ?(?:\\'[0-9A-Fa-f]{2}|[^\\{}])?|\\([a-z]{1,32})(?:-?[0-9]{1,10})? ?|\\([^a-z])|[{}\r\n]",
    re.DOTALL,
)
_SPACES = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "sect": "\n",
    "page": "\n",
    "tab": "\t",
    "cell": "\t",
    "\n": "\n",
    "\r": "\n",
    "~": " ",
}
_ESCAPED = "\\{}"


def rtf_to_text(source: str) -> str:
    return _CONTROL.sub(_meaning, source)


def _meaning(control: re.Match[str]) -> str:
    code, number, word, sign = control.groups()
    if code:
        return bytes.fromhex(code).decode("cp1252", "replace")
    if number:
        char = chr(int(number) % 0x10000)
        return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"  # half of a pair, too
    return sign if sign and sign in _ESCAPED else _SPACES.get(word or sign or "", "")
