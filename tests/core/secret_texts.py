"""The shipped words, made-up secrets, and what is found in a text: as every test of secrets uses them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import mailflow
from mailflow.config import load, shipped
from mailflow.core.intentwords import compile_intent_words
from mailflow.core.lexicon import Lexicon
from mailflow.core.secrets import SecretKind, find_secrets, mask
from mailflow.core.secrettokens import Span
from mailflow.core.secretview import View

WORDS = compile_intent_words(
    (file.stem, tomllib.loads(file.read_text("utf-8")))
    for file in (Path(mailflow.__file__).parent / "languages" / "intent").glob("*.toml")
)

CODE, API, HOSTING, PASSWORD, TOTP, RESET, KEY, ONCE = (
    SecretKind.RECOVERY_CODE,
    SecretKind.API_TOKEN,
    SecretKind.HOSTING_TOKEN,
    SecretKind.PASSWORD,
    SecretKind.TOTP_SECRET,
    SecretKind.RESET_LINK,
    SecretKind.PRIVATE_KEY,
    SecretKind.ONE_TIME_CODE,
)
ALNUM = "aB3dE5fG7hJ9kL1mN0pQ2rS4tU6vW8xY"  # 32 characters, invented
HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
KEY_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Vn0\nbm90IGEgcmVhbCBrZXksIG9ubHkgYSB0ZXN0IG9mIHRoZSBtYXNr0aa\n"


def found(text: str) -> list[tuple[SecretKind, str]]:
    return [(secret.kind, text[secret.start : secret.end]) for secret in find_secrets(text, WORDS)]


def masked(text: str) -> str:
    return mask(text, find_secrets(text, WORDS))


def told_by(detect: Callable[[View], Iterable[Span]], text: str) -> list[str]:
    """What one detector finds in a text, in the order in which it stands there."""
    return [text[slice(*span)] for span in sorted(set(detect(view_of(text))))]


def view_of(text: str) -> View:
    """The text with the words of the shipped config, which knows dictionaries, too."""
    return View(text, _lexicon().intent)


def marked(text: str) -> tuple[View, Span]:
    """The text without the first pair of "<" and ">", and what stood between them."""
    start = text.index("<")
    end = text.index(">", start) - 1
    return view_of(text[:start] + text[start + 1 : end + 1] + text[end + 2 :]), (start, end)


@cache
def _lexicon() -> Lexicon:
    return load(shipped("config.toml")).lexicon
