"""A text that stands in another one as it was encoded is decoded, to be searched for secrets."""

import base64
import binascii

import pytest

from mailflow.core.encoded import encoded_texts
from mailflow.core.wideletters import as_ascii

WORDS = "My password is Tr0ub4dor&3zebra, and here is some more that goes on for more than a line.\n"
BASE64 = base64.encodebytes(WORDS.encode()).decode().strip()


def uuencoded(data: bytes) -> str:
    lines = (binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45))
    return f"begin 644 notes.txt\n{''.join(lines)}`\nend"


def quoted(text: str) -> str:
    return text.replace("\n", "\n> ")


@pytest.mark.parametrize(
    "coded",
    [
        BASE64,
        quoted(BASE64),
        BASE64.replace("\n", ""),
        uuencoded(WORDS.encode()),
        quoted(uuencoded(WORDS.encode())),
    ],
)
def test_where_it_stands_and_what_it_says(coded):
    text = f"Here it is:\n{coded}\nThanks."
    [found] = encoded_texts(text)
    assert (text[found.start : found.end], found.text) == (coded, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 notes.txt\nnothing of the kind",
        uuencoded(b"\xff\x00" * 30),
        "4b1f9c27ad03e85d77c2ee10f6a94b384b1f9c27",
        "https://example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "QUJDREVG",
        f"x{BASE64}_",
        base64.b64encode(b"\x07" * 30).decode(),
    ],
)
def test_what_is_none(text):
    assert list(encoded_texts(text)) == []


def test_a_file_without_its_end_and_a_line_that_is_broken():
    [found] = encoded_texts(uuencoded(WORDS.encode()).removesuffix("end") + '\n!"BROKEN!')
    assert found.text == WORDS


def test_no_more_is_decoded_than_so_much():
    text = "\n\n".join([base64.b64encode(b"x" * 30_000).decode()] * 3)
    assert len(list(encoded_texts(text))) == 1
    assert len(list(encoded_texts(f"{uuencoded(b'hello')}\n" * 20))) == 10


def test_letters_in_another_shape():
    assert (
        as_ascii("\uff50\uff57\uff1a \U0001d5fd\U0001d7d7 \u5bc6\u7801 \U0001d6c2")
        == "pw: p9 \u5bc6\u7801 \U0001d6c2"
    )
