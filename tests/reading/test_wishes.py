"""Each mail of `wishes/*.toml` is taken for what it is."""

import pytest

from mailflow.config import load, shipped
from tests.reading.wishes import FOLDER, mails, read

CONFIG = load(shipped("config.toml"))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_each_is_taken_for_what_it_is(file):
    told = [mail for mail in mails(file) if not mail.open]
    faults = [
        f"{one.where}: {one.subject!r} {one.text!r} is taken for {kind}"
        for one in told
        if not one.is_right(kind := read(one, CONFIG))
    ]
    assert not faults, "\n".join(faults)


def test_no_request_is_known_to_be_sent_elsewhere():
    assert not [mail.where for mail in mails() if mail.open and mail.kind == "request"]
