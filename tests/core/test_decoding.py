import warnings
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.core.decoding import _CODECS as CODECS
from mailflow.core.decoding import decode, decode_base64, decode_transfer, decode_words


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("utf-8", "utf-8", "Zoë 名前 🙂"),
        ('"UTF-8"', "utf-8", "Zoë"),
        ("utf8mb4", "utf-8", "Zoë"),
        ("utf-8", "utf-8-sig", "no byte order mark"),
        ("us-ascii", "ascii", "plain"),
        ("gb2312", "gb18030", "朱镕基"),
        ("gbk", "gb18030", "㐀"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("euc-kr", "cp949", "계정 복구"),
        ("iso-8859-1", "cp1252", "“quotes” – €"),
        ("Windows-1252", "cp1252", "“quotes”"),
        ("iso-8859-9", "cp1254", "şifre"),
        ("iso-8859-11", "cp874", "บัญชี"),
        ("unicode-1-1-utf-7", "utf-7", "Zoë"),
        ("x-sjis", "cp932", "①髙"),
        ("shift_jis", "cp932", "①"),
        ("iso-2022-jp", "iso2022_jp", "復旧"),
        ("iso-2022-kr", "iso2022_kr", "복구"),
        ("hz-gb-2312", "hz", "恢复"),
        ("big5", "big5hkscs", "帳號"),
        ("koi8-u", "koi8-u", "обліковий"),
        ("windows-1251", "cp1251", "запись"),
        ("iso-8859-8-i", "iso8859-8", "שלום"),
        ("x-mac-roman", "mac_roman", "Zoë"),
        ("utf-16", "utf-16", "Zoë"),
    ],
)
def test_a_charset_is_read_as_its_users_write_it(charset, codec, text):
    assert decode(text.encode(codec), charset) == (text, "")


@pytest.mark.parametrize("name", sorted(CODECS))
def test_every_known_charset_decodes_any_bytes_without_a_word(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text, _ = decode(bytes(range(256)) * 2, name)
    assert isinstance(text, str)


@pytest.mark.parametrize("charset", ["", "unknown-8bit", "8bit", "x-unknown"])
def test_what_says_no_charset_is_utf_8_or_else_windows_latin(charset):
    assert decode("Zoë".encode(), charset) == ("Zoë", "")
    assert decode("l’été".encode("cp1252"), charset) == ("l’été", "charset guessed")
    assert decode("復旧".encode("iso2022_jp"), charset) == ("復旧", "charset guessed")


def test_a_charset_that_is_plainly_wrong_is_corrected():
    assert decode("Grüße".encode(), "iso-8859-1") == ("Grüße", "charset guessed")
    assert decode("Grüße".encode("cp1252"), "utf-8") == ("Grüße", "charset guessed")
    assert decode("復旧です".encode()[:-1], "utf-8") == ("復旧で\ufffd", "charset guessed")
    assert decode(b"caf\x81\xe9", "us-ascii") == ("caf\ufffdé", "")


@pytest.mark.parametrize(
    ("mailed", "written"),
    [
        ("I donâ€™t agree", "I don’t agree"),
        ("NÃ£o concordo com o cÃ³digo", "Não concordo com o código"),
        ("fÃ¼r die StraÃŸe\nund für uns", "für die Straße\nund für uns"),
        ("Ð¡Ð¾Ð³Ð»Ð°Ñ\x81ÐµÐ½", "Согласен"),
        ("å\x90Œæ„\x8f", "同意"),
        ("voilÃ\xa0 merci", "voilà merci"),
        ("I don=E2=80=99t, n=C3=A3o", "I don’t, não"),
    ],
)
def test_what_was_encoded_twice_is_decoded_twice(mailed, written):
    assert decode(mailed.encode(), "utf-8") == (written, "text was encoded twice")


@pytest.mark.parametrize(
    "text",
    ["‘CAFÉ’", "„Ä“ fehlt", "naïve “café” à la carte", "x=E2 and password=AB=CD", "Ã¼ für", "=E2=28=A1"],
)
def test_what_only_looks_like_it_stays(text):
    assert decode(text.encode(), "utf-8") == (text, "")


def test_broken_characters_are_replaced_and_said():
    assert decode(b"\xc8\xff", "gb2312") == ("\ufffd\ufffd", "text is not valid gb2312")


@pytest.mark.parametrize(
    "charset", ["klingon", "hex", "idna", "punycode", "unicode_escape", "x" * 5000, "undefined"]
)
def test_what_is_no_charset_is_never_looked_up(charset):
    text, problem = decode(b"\\x41 plain", charset)
    assert text == "\\x41 plain"
    assert problem.startswith("unknown charset")
    assert len(problem) < 80


@settings(deadline=None)
@given(st.binary(), st.text(max_size=20) | st.sampled_from(sorted(CODECS)))
def test_decoding_never_raises(data, charset):
    decode(data, charset)
    decode_transfer(data, charset)
    decode_words(data.decode("latin-1"))


@pytest.mark.parametrize(
    ("encoded", "data"),
    [
        (b"Zm9v\r\nYmFy\r\n", b"foobar"),
        (b"Zm9vYg", b"foob"),
        (b"Zm9vY", b"foo"),
        (b"Zm9v*!YmFy", b"foobar"),
        (b"Zg==\r\n-- \r\na list's footer", b"f"),
        (b"", b""),
        (b"=", b""),
    ],
)
def test_base64_is_read_as_far_as_it_makes_sense(encoded, data):
    assert decode_base64(encoded) == data


def test_transfer_encodings():
    assert decode_transfer(b"a=C3=A9=\r\nb", "quoted-printable") == (b"a\xc3\xa9b", "")
    assert decode_transfer(b"YQ==", "base64") == (b"a", "")
    assert decode_transfer(b"a=3D", "8bit") == (b"a=3D", "")
    assert decode_transfer(b"a", "x-uuencode") == (b"a", "unknown transfer encoding 'x-uuencode'")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Zo=C3=AB_?= Doe", "Zoë  Doe"),
        ("=?UTF-8?B?Wm/Dqw==?= =?utf-8?Q?_x?=", "Zoë x"),
        ("=?utf-8?q?=C3?=\t=?utf-8?q?=AB?=", "ë"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé"),
        ("a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"),
        ("=?utf-8*en?q?hi?=", "hi"),
        ("=?utf-8?q?with space?=", "with space"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?x?a?= and =? alone", "=?utf-8?x?a?= and =? alone"),
        ("=?none-such?q?a?=", "a"),
        ("=?utf-8?b?" + b64encode("復旧".encode()).decode() + "?=", "復旧"),
    ],
)
def test_encoded_words(value, text):
    assert decode_words(value) == text


def test_a_hundred_kilobytes_of_encoded_words_stay_as_small():
    assert len(decode_words("=?utf-8?q?a?= " * 8000)) == 8001
    assert len(decode_words("=?a" * 30_000)) == 90_000
