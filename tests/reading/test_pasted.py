"""Of each mail of `secrets/*.toml` the secrets are masked, and nothing else."""

import pytest

from mailflow.config import load, shipped
from tests.reading.pasted import FOLDER, faults, mails

CONFIG = load(shipped("config.toml"))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_nothing_is_left_and_nothing_else_goes(file):
    told = [(mail, faults(mail, CONFIG)) for mail in mails(file) if not mail.open]
    wrong = [f"{mail.where}: {mail.text!r}: {found}" for mail, found in told if found]
    assert not wrong, "\n".join(wrong)
