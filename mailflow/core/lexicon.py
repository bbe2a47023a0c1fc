"""The words of people, language by language, as compiled patterns; `languages/*.toml` has them as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lexicon:
    """Everything `text`, `answers`, `intent` and `secrets` know of languages. Made once by `compile_lexicon`."""
