"""The shipped words, as every test of marks and mails uses them."""

import tomllib
from pathlib import Path

import mailflow
from mailflow.core.textwords import compile_text_words

FOLDER = Path(mailflow.__file__).parent / "languages" / "text"
LANGUAGES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
WORDS = compile_text_words(LANGUAGES)
