"""Bytes of mail to text: transfer encodings, charsets under the names mail really uses, encoded words.

Nothing here raises, whatever the bytes and whatever they claim to be.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error, a2b_qp
from encodings.aliases import aliases

# Not charsets, though `bytes.decode` would look some of them up; idna and punycode take quadratic time.
_NO_CHARSET = frozenset({
    "base64_codec", "bz2_codec", "hex_codec", "idna", "mbcs", "oem", "punycode", "quopri_codec",
    "raw_unicode_escape", "rot_13", "tactis", "undefined", "unicode_escape", "uu_codec", "zlib_codec",
})  # fmt: skip
_WITHOUT_ALIAS = (
    "cp720", "cp737", "cp856", "cp874", "cp875", "cp1006", "koi8_t", "koi8_u", "utf_8_sig",
    "mac_romanian", "mac_croatian",
)  # fmt: skip
# What a name promises, and the larger charset that its users really write.
_LARGER = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "utf_8": "utf_8_sig",
}
_MISNOMERS = {
    "ansi": "cp1252",
    "csunicode11utf7": "utf_7",
    "gb2312hz": "hz",
    "iso88596i": "iso8859_6",
    "iso88598i": "iso8859_8",
    "ksc5601": "cp949",
    "ksc56011989": "cp949",
    "macintosh": "mac_roman",
    "shiftjisx0213": "shift_jisx0213",
    "unicode": "utf_16",
    "unicode11": "utf_8_sig",
    "unicode11utf7": "utf_7",
    "unicode11utf8": "utf_8_sig",
    "unicode20utf8": "utf_8_sig",
    "utf8mb3": "utf_8_sig",
    "utf8mb4": "utf_8_sig",
    "xbig5": "big5hkscs",
    "xcp1251": "cp1251",
    "xcp1252": "cp1252",
    "xeucjp": "euc_jp",
    "xgbk": "gb18030",
    "xiso10646ucs2": "utf_16",
    "xmacroman": "mac_roman",
    "xsjis": "cp932",
    "xutf8": "utf_8_sig",
    "xwindows949": "cp949",
}
_UNDECLARED = frozenset(
    {"", "8bit", "binary", "default", "none", "unknown", "unknown8bit", "xunknown", "xuserdefined"}
)
_JIS = b"\x1b$"  # the escape to Japanese characters, in mail that does not say ISO-2022-JP
_BEYOND_ASCII = re.compile("[^\\x00-\\x7f\\ufffd]+")
_PUNCTUATION = re.compile(r"[^a-z0-9]")
_NAME_LIMIT = 40


def _codecs() -> dict[str, str]:
    known = [*aliases.items(), *((codec, codec) for codec in {*aliases.values(), *_WITHOUT_ALIAS})]
    table = {
        _PUNCTUATION.sub("", name): _LARGER.get(codec, codec)
        for name, codec in known
        if codec not in _NO_CHARSET
    }
    return table | _MISNOMERS


_CODECS = _codecs()


def decode(data: bytes, charset: str = "") -> tuple[str, str]:
    """The text and, where it had to be guessed or mended, a problem in words (else "")."""
    text, problem = _decoded(data, charset)
    whole = _encoded_once(text)
    return (text, problem) if whole == text else (whole, problem or "text was encoded twice")


def _decoded(data: bytes, charset: str) -> tuple[str, str]:
    name = _PUNCTUATION.sub("", charset[:_NAME_LIMIT].lower())
    codec = "" if name in _UNDECLARED else _CODECS.get(name)
    if codec is None:
        return _guess(data), f"unknown charset {charset[:_NAME_LIMIT]!r}"
    if codec in ("", "cp1252", "utf_8_sig"):
        return _western(data, codec)
    try:
        return data.decode(codec), ""
    except UnicodeError:
        return data.decode(codec, "replace"), f"text is not valid {charset[:_NAME_LIMIT]}"


def _western(data: bytes, codec: str) -> tuple[str, str]:
    """UTF-8, Latin 1 or nothing declared: whichever of them it says, it may well be the other."""
    if _JIS in data:
        return _guess(data), "charset guessed"
    if data.isascii():
        return data.decode("ascii"), ""
    try:
        text = data.decode("utf_8_sig")
    except UnicodeDecodeError:
        return _guess(data), "" if codec == "cp1252" else "charset guessed"
    return text, "charset guessed" if codec == "cp1252" else ""


def _guess(data: bytes) -> str:
    """JIS where it switches to it, UTF-8 where most of what is not ASCII is that, else Windows' Latin 1."""
    if _JIS in data:
        return data.decode("iso2022_jp_ext", "replace")
    text = data.decode("utf_8_sig", "replace")
    if sum(map(len, _BEYOND_ASCII.findall(text))) <= text.count("\ufffd"):
        return data.decode("cp1252", "replace")
    return text


# UTF-8 that was taken for Windows' Latin 1 and encoded again, "donâ€™t"; and what a quoted-printable text that nobody
# declared keeps of it, "don=E2=80=99t".
_TWICE = re.compile("[\xc2-\xc5\xd0\xd1\xe2-\xec][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_QUOTED = re.compile("=[89A-F][0-9A-F](?:=[89A-F][0-9A-F])+")
_TO_LATIN = {ord(bytes([byte]).decode("cp1252", "replace")): byte for byte in range(0x80, 0xA0)}
_UNLIKELY = re.compile("[\u0250-\u036f\u0530-\u08ff]")  # what "É’" and the like would be


def _encoded_once(text: str) -> str:
    if "=" in text:
        text = _QUOTED.sub(lambda run: _utf8(bytes.fromhex(run[0].replace("=", ""))) or run[0], text)
    if text.isascii() or not _TWICE.search(text):
        return text
    return "\n".join([_once(line) if _TWICE.search(line) else line for line in text.split("\n")])


def _once(line: str) -> str:
    try:
        data = line.translate(_TO_LATIN).encode("latin_1")
    except UnicodeEncodeError:
        return line
    return _utf8(data) or line


def _utf8(data: bytes) -> str:
    """What some bytes say as UTF-8; "" if they are none, or say what hardly anybody writes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if _UNLIKELY.search(text) else text


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode_base64(data: bytes) -> bytes:
    """Base64 (RFC 2045, 6.8), read as far as it makes sense."""
    try:
        return b64decode(data)
    except Error:
        digits = _NOT_BASE64.sub(b"", data.partition(b"=")[0])
        whole = len(digits) - (len(digits) % 4 == 1)
        return b64decode(digits[:whole] + b"==")


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """A part's content without its Content-Transfer-Encoding, and a problem in words (else "")."""
    match encoding:
        case "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit":
            return data, ""
        case "quoted-printable":
            return a2b_qp(data), ""
        case "base64":
            return decode_base64(data), ""
        case _:
            return data, f"unknown transfer encoding {encoding[:_NAME_LIMIT]!r}"


# RFC 2047, 2; but spaces inside, a language (RFC 2231, 5) and overlong words are taken, as others do.
_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?]{0,8192})\?=")


def decode_words(value: str) -> str:
    """A header field's text with its encoded words decoded."""
    if "=?" not in value:
        return value
    found: list[str] = []
    charset, pending, end = "", bytearray(), 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        # Words of one charset are joined as bytes: mailers split characters between them.
        if (between and not between.isspace()) or word[1].lower() != charset:
            found.append(_flushed(pending, charset))
            found.append("" if end and between.isspace() else between)
        charset, end = word[1].lower(), word.end()
        pending += _word_bytes(word[2], word[3])
    return "".join((*found, _flushed(pending, charset), value[end:]))


def _flushed(pending: bytearray, charset: str) -> str:
    text = decode(bytes(pending), charset)[0] if pending else ""
    pending.clear()
    return text


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return decode_base64(data) if encoding in "Bb" else a2b_qp(data, header=True)
