"""What comes with mailflow: the sample configuration, the letters, and the words of each language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

    from mailflow.core.lexicon import Lexicon
    from mailflow.core.subjects import Subjects
    from mailflow.core.wordlist import WordList

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """`config.toml` or `templates`: in the package once installed, at the top of the repository in an editable install."""
    packaged = _PACKAGE / name
    return packaged if packaged.exists() else _PACKAGE.parent / name


def is_installed() -> bool:
    """Whether the package brings them with it: then they are a sample, and nothing may be written beside them."""
    return (_PACKAGE / "config.toml").exists()


@cache
def lexicon() -> Lexicon:
    """The words of all languages, compiled once: they belong to the package, not to a site."""
    from mailflow.core.lexicon import compile_lexicon  # noqa: PLC0415 -- most commands read no mail

    return compile_lexicon(_languages, _ordinary_words())


@cache
def subjects() -> Subjects:
    """The subjects of programs' mail in all languages: apart, as a sender is looked at where no mail is read."""
    from mailflow.core.subjects import compile_subjects  # noqa: PLC0415 -- like the lexicon

    return compile_subjects(_languages("subjects"))


def organizational_domain(domain: str) -> str:
    """The domain below the public suffix that it belongs to (RFC 7489, 3.2); a public suffix is its own.

    By the list that the library brings: nothing is fetched. Domains that people can register below, such as those of
    hosting services, count as suffixes too.
    """
    return _public_suffixes().privatesuffix(domain) or domain


@cache
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 -- takes 60 ms, and only mail with results needs it

    return PublicSuffixList()


def _languages(subject: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((_PACKAGE / "languages" / subject).glob("*.toml")):
        yield file.stem, tomllib.loads(file.read_text("utf-8"))


def _ordinary_words() -> WordList:
    """The words of `languages/common/*.txt`, one a line after a comment, which is left out at once: there are 100,000."""
    from mailflow.core.wordlist import WordList  # noqa: PLC0415 -- like the lexicon

    files = sorted((_PACKAGE / "languages" / "common").glob("*.txt"))
    return WordList(file.read_text("ascii").rpartition("\n#")[2].partition("\n")[2] for file in files)
