"""Whatever people write stays text: in headers, in the digest's HTML, on a terminal, in the log, in a template."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest

from mailflow.core.timing import DAY
from tests.cli.hostile import BIDI, ESCAPES, UNSEEN

EXPECTED = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
]  # fmt: skip
NAUGHTY = {
    "a header": "x\r\nBcc: eve@example.net\r\n",
    "a header by a bare line feed": "x\nBcc: eve@example.net",
    "a header by a line separator": "x\u2028Bcc: eve@example.net\u2029",
    "a body": "x\r\n\r\nBuy pills",
    "an encoded header": "=?utf-8?q?x=0D=0ABcc:_eve@example.net?=",
    "an encoded word in an encoded word": "=?utf-8?b?PT91dGYtOD9xP3g9MEQ9MEFCY2M6X2VAZS5leGFtcGxlPz0=?=",
    "an end of data": "x\r\n.\r\nMAIL FROM:<eve@example.net>",
    "markup": "<script>alert(1)</script><img src=//evil.example onerror=x>",
    "an entity": "&lt;b&gt; \" onmouseover=x ' `",
    "a template": "{{ desk_name }}{% include '/etc/passwd' %}{{ ''.__class__.__mro__ }}",
    "a format": "%s %(name)s {0} {x.__class__} $HOME `id` $(id)",
    "a formula": "=cmd|' /C calc'!A0",
    "a path": "../../../../etc/passwd\0.txt",
    "SQL": "'; DROP TABLE cases; --",
    "a pattern": "(a+)+$ [[ \\d{1,99999}",
    "terminal": ESCAPES,
    "bidi": BIDI,
    "unseen": UNSEEN,
    "a letter's own wording": "[x] Code of Conduct: yes",
    "long": "x" * 3000,
    "combining": "Z\u0351\u0352\u0353" * 200,
    "beyond": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U000e0041",
}


def encoded(text: str) -> str:
    """As an encoded word, which may hold anything."""
    return f"=?utf-8?b?{b64encode(text.encode('utf-8', 'replace')).decode()}?="


@pytest.fixture(params=NAUGHTY.values(), ids=NAUGHTY)
def story(request, world):
    """A person who writes such text into every field, before and after they are known to read our letters."""
    text = request.param
    flat = " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())
    body = "\n".join(
        [
            f"User name: {flat}",
            f"Reason: lost my phone {flat}",
            f"New address: {flat}@example.net",
            f"Projects: {flat}",
            text,
        ]
    )
    fields = {"Subject": encoded(text), "Content_Transfer_Encoding": "8bit"}
    raw = world.mail(body, sender=f"{encoded(text)} <jo@example.org>", **fields)
    world.receive(raw, "jo@example.org")
    (letter,) = world.run()
    world.answer(letter, body, Subject=encoded(text))
    with_reason = f"User name: jo\nReason: lost my phone {flat}\nRecovery codes: lost\nCode of Conduct: yes\nWaiting time: yes"
    world.answer(letter, with_reason)
    world.wait(9 * DAY)
    return world


def test_whatever_is_written_stays_text(story):
    """One test for each text, as its story takes longer than all that is looked at in it."""
    _letters_have_exactly_the_expected_headers_and_recipients(story)
    _digests_hold_no_tag_of_theirs(story)
    _everything_is_there_and_is_json(story)


def _letters_have_exactly_the_expected_headers_and_recipients(story):
    assert len(story.sent) >= 3
    for letter in story.sent:
        assert letter.raw.count(b"\r") == letter.raw.count(b"\n") == letter.raw.count(b"\r\n")
        assert max(map(len, letter.raw.split(b"\r\n"))) <= 998
        message = message_from_bytes(letter.raw, policy=default)
        names = [name for name, _ in message.items()]
        assert names == [name for name in EXPECTED if name in names]
        assert [one.addr_spec for one in message["To"].addresses] == [letter.recipient]
        assert letter.recipient in {"jo@example.org", *story.config.policy.staff}
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", letter.text)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}]


def _digests_hold_no_tag_of_theirs(story):
    digests = [letter.message for letter in story.sent if letter.message.is_multipart()]
    assert digests
    for digest in digests:
        tags = Tags()
        tags.feed(digest.get_body(("html",)).get_content())
        assert not tags.found & {"script", "img", "iframe", "a", "form", "object", "svg", "link"}


def _everything_is_there_and_is_json(story):
    """Neither SQL nor a template was run: the tables stand, and a case exports."""
    case = story.case()
    with story.store.read() as uow:
        assert uow.cases.history(case.id)
    assert json.loads(json.dumps(case.answers["reason"].words)) == case.answers["reason"].words
    for letter in story.sent:
        assert "root:" not in letter.text
        assert "'str'" not in letter.text
