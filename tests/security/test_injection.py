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
from mailflow.steps.app import PermanentFailure
from tests.cli.conftest import config, shell, world  # noqa: F401 -- the desk that commands find
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
def story(request, world):  # noqa: F811
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


WORD = "zqx"
MANY = " ".join([WORD] * 60)


@pytest.fixture
def wordy(world):  # noqa: F811
    """A person whose words fill many lines, wherever they stand, and one whose mail was set aside."""
    world.relay.fault = lambda who: PermanentFailure(f"550 {MANY}") if who == "kim@example.com" else None
    body = f"User name: jdoe42\nReason: lost my phone {MANY}\nRecovery codes: lost {MANY}\nCode of Conduct: yes\nWaiting time: yes\n{MANY}"
    (letter,) = world.write(body, Subject=MANY)
    world.write(body, sender="kim@example.com", Subject=MANY)
    world.bounce(letter, to=letter.reply_to, status=MANY)
    unknown = world.desk.replace("@", f"+00000000r.0000{'0' * 26}@")
    world.write("x", to=unknown, sender="eve@example.net", Subject=MANY)
    world.wait(9 * DAY)
    return world


def _begins_as_ours_do(line: str, indents: tuple[int, ...]) -> bool:
    """Whether a line of somebody's words stands where one of ours begins."""
    indent = len(line) - len(line.lstrip())
    return indent in indents and line.lstrip().startswith((WORD, f'("{WORD}', f"“{WORD}"))


def test_no_words_of_a_persons_stand_where_a_line_of_ours_begins_in_a_letter_to_the_staff(wordy):
    """Else a subject would tell the staff what a case is, or what to type: `  $ mailflow cases close … recovered`."""
    texts = [letter.text for letter in wordy.sent if letter.recipient in wordy.config.policy.staff]
    holding = [line for text in texts for line in text.splitlines() if WORD in line]
    assert any(line.startswith("  Subject: ") for line in holding)
    assert any(line.startswith("      ") for line in holding)
    assert [line for line in holding if _begins_as_ours_do(line, (0, 2))] == []


def test_no_words_of_a_persons_stand_where_a_line_of_ours_begins_on_a_terminal(shell, wordy):  # noqa: F811
    for reference in (case["reference"] for case in shell.good("cases", "list", "--json").objects):
        for columns in (60, 80):
            shown = shell.good("cases", "show", reference, columns=columns).out
            holding = [line for line in shown.splitlines() if WORD in line]
            assert any(line.startswith("      Subject: ") for line in holding)
            assert [line for line in holding if _begins_as_ours_do(line, (0, 2, 6))] == []
