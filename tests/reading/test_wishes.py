"""Each mail of `wishes/*.toml` is taken for what it is."""

import pytest

from mailflow.config import load, shipped
from tests.reading.wishes import mails, read

CONFIG = load(shipped("config.toml"))


@pytest.mark.parametrize("mail", [pytest.param(one, id=one.where) for one in mails() if not one.open])
def test_it_is_taken_for_what_it_is(mail):
    kind = read(mail, CONFIG)
    assert mail.is_right(kind), f"{mail.subject!r} {mail.text!r} is taken for {kind}"


def test_no_request_is_known_to_be_sent_elsewhere():
    assert not [mail.where for mail in mails() if mail.open and mail.kind == "request"]
