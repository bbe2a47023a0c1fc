"""The finished bytes of letters, whatever somebody wrote into their facts."""

from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.config import shipped
from mailflow.core.case import Flag, Status
from mailflow.core.digest import FailedLetter, Numbers, ParkedMail, SetAside, brief
from mailflow.core.form import Field, Form, Kind
from mailflow.core.letters import Asked, LetterKind, Understood
from mailflow.edges import renderer as module
from mailflow.edges.samples import samples
from tests.edges.letter_samples import (
    CONFIG,
    FACTS,
    JANE,
    NOW,
    STAFF,
    answer,
    case,
    digest,
    letter,
    renderer,
)
from tests.world import as_written

RENDERER = renderer()
FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]
HOSTILE = [
    "x\r\nBcc: victim@example.org",
    "x\nBcc: victim@example.org\n\nBody",
    "x\rBcc: victim@example.org",
    "x\r\n\r\n<script>alert(1)</script>",
    "x\r\n.\r\nMAIL FROM:<a@example.org>",
    "x\u2028Bcc: victim@example.org",
    "x\u0085Bcc: victim@example.org",
    "x\x0b\x0c\x1c\x1eBcc: victim@example.org",
    "=?utf-8?q?x=0D=0ABcc:_victim=40example.org?=",
    "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?=",
    "nul\0\x1b[2J\x9b1m",
    "\u202egpj.exe\u2066\u200b\ufeff",
    "\ud800",
    "{{ 7 * 7 }}{% for x in y %}{# #}",
    "<img src=x onerror=alert(1)>\"'`&amp;</td></table>",
    "--=_00000000000000000000000000000002--",
    "From somebody\n.\n",
    "é" * 5000,
    "x" * 5000,
]


def parsed(raw):
    return message_from_bytes(raw, policy=policy.SMTP)


def text_of(part):
    return as_written(part.get_content().replace("\r\n", "\n"))


def test_a_letter_byte_by_byte():
    sample = letter("withdrawn", in_reply_to="m2@mail.example.org", references=("m1@mail.example.org",))
    rendered = renderer().render(sample, NOW)
    assert rendered.raw == (
        b"From: PyPI account recovery <recovery@pypi.example>\r\n"
        b"To: jane.doe@example.org\r\n"
        b"Subject: [Account recovery 7KQ2-M9XD] We closed your request\r\n"
        b"Date: Fri, 20 Nov 2026 08:00:00 +0000\r\n"
        b"Message-ID: <00000000000000000000000000000001@pypi.example>\r\n"
        b"In-Reply-To: <m2@mail.example.org>\r\n"
        b"References: <m1@mail.example.org> <m2@mail.example.org>\r\n"
        b"Reply-To: PyPI account recovery\r\n"
        b" <" + rendered.reply_to.encode() + b">\r\n"
        b"Auto-Submitted: auto-replied\r\n"
        b"X-Auto-Response-Suppress: All\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hello,\r\n"
        b"\r\n"
        b"Thank you for telling us. We have closed your request 7KQ2-M9XD, and \r\n"
        b"there is nothing more you need to do.\r\n"
        b"\r\n"
        b"Should you need us after all, simply reply to this mail and say so: we \r\n"
        b"take it up again where we were.\r\n"
        b"\r\n"
        b"Kind regards\r\n"
        b"PyPI account recovery\r\n"
    )


def test_what_the_outbox_keeps_is_what_the_bytes_say():
    rendered = RENDERER.render(letter("question"), NOW)
    message = parsed(rendered.raw)
    assert rendered.kind == "question"
    assert rendered.case_id == "c1"
    assert rendered.recipient == JANE
    assert message["Message-ID"] == f"<{rendered.message_id}>"
    assert message["Subject"] == rendered.subject
    assert text_of(message) == rendered.text


def test_a_case_is_answered_at_its_reply_address_and_bounces_to_its_bounce_address():
    made = RENDERER
    rendered = made.render(letter("missing"), NOW)
    assert rendered.reply_to == made._addresses.reply("7KQ2-M9XD", JANE, NOW)
    assert rendered.envelope_sender == made._addresses.bounce("7KQ2-M9XD", JANE, NOW)
    assert rendered.reply_to in parsed(rendered.raw)["Reply-To"]


@pytest.mark.parametrize("name", ["escalation", "digest"])
def test_answers_of_the_staff_stay_among_the_staff(name):
    desk = replace(CONFIG.desk, staff=(STAFF, "second@pypi.example"))
    rendered = renderer(replace(CONFIG, desk=desk)).render(letter(name), NOW)
    assert rendered.reply_to == f"{STAFF}, second@pypi.example"
    assert rendered.envelope_sender == "recovery@pypi.example"
    assert parsed(rendered.raw)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "settings", [{"authserv_ids": frozenset({"mx.pypi.example"})}, {"compute": True}], ids=str
)
@pytest.mark.parametrize("name", ["escalation", "digest", "commands"])
def test_where_it_is_told_who_writes_the_staff_answers_by_commands(name, settings):
    site = replace(CONFIG, authentication=replace(CONFIG.authentication, **settings))
    made = renderer(site)
    sample = letter(name)
    rendered = made.render(sample, NOW)
    assert rendered.reply_to == made._addresses.staff(sample.reference, STAFF, NOW)
    assert rendered.envelope_sender == "recovery@pypi.example"
    assert ("answer this mail" in rendered.text) == (name != "commands")
    assert "answer this mail" not in RENDERER.render(sample, NOW).text


def test_a_letter_without_a_case_has_no_reply_address():
    rendered = RENDERER.render(letter("redirected", case_id=None, reference=None), NOW)
    assert rendered.reply_to == ""
    assert rendered.envelope_sender == "recovery@pypi.example"
    assert rendered.subject == "[Account recovery] Where you can get help"
    assert "Reply-To" not in parsed(rendered.raw)


def test_a_letter_that_answers_nothing_is_generated():
    message = parsed(RENDERER.render(letter("reminder"), NOW).raw)
    assert message["Auto-Submitted"] == "auto-generated"
    assert "In-Reply-To" not in message
    assert "References" not in message


@pytest.mark.parametrize("hostile", [*HOSTILE, "no-at", "<a@b>", "a@b c@d", "a" * 300 + "@b"])
def test_a_message_id_that_is_not_plain_is_left_out(hostile):
    sample = letter("withdrawn", in_reply_to=hostile, references=(hostile, "good@example.org"))
    message = parsed(RENDERER.render(sample, NOW).raw)
    assert "In-Reply-To" not in message
    assert message["References"] == "<good@example.org>"
    assert message["Auto-Submitted"] == "auto-replied"


def test_ascii_goes_as_it_is_and_anything_else_as_quoted_printable():
    plain = RENDERER.render(letter("question"), NOW).raw
    other = RENDERER.render(letter("question", facts={"question": "Wörter, 名前 = ?"}), NOW)
    long = RENDERER.render(letter("question", facts={"question": f"https://example.org/{'x' * 2000}"}), NOW)
    assert b"Content-Transfer-Encoding: 7bit\r\n" in plain
    assert b"Content-Transfer-Encoding: quoted-printable\r\n" in other.raw
    assert b"Content-Transfer-Encoding: quoted-printable\r\n" in long.raw
    assert max(map(len, other.raw.split(b"\r\n"))) <= 76
    assert text_of(parsed(other.raw)) == other.text
    assert "Wörter, 名前 = ?" in other.text
    assert text_of(parsed(long.raw)) == long.text


def test_the_digest_is_text_and_html():
    rendered = RENDERER.render(letter("digest"), NOW)
    message = parsed(rendered.raw)
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert text_of(text) == rendered.text
    assert html.get_content_type() == "text/html"
    assert "mailflow cases show 7KQ2-M9XD" in html.get_content()


def test_the_html_digest_loads_and_links_nothing():
    _, html = parsed(RENDERER.render(letter("digest"), NOW).raw).iter_parts()
    attributes = {name for _, names in tags(html.get_content()) for name in names}
    assert attributes.isdisjoint({"src", "href", "background", "action", "onload", "onerror"})
    assert "url(" not in html.get_content()


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "jane",
        "a@b, c@d",
        "a@b\r\nBcc: c@d",
        "é@example.org",
        "<a@b>",
        '"a b"@c',
        "a@b\n",
        "x" * 99 + "@b",
    ],
)
def test_a_recipient_that_is_not_one_plain_address_is_refused(recipient):
    with pytest.raises(ValueError, match="not a plain address"):
        RENDERER.render(letter("withdrawn", to=recipient), NOW)


def test_bytes_that_differ_from_what_was_asked_never_leave(monkeypatch):
    def careless(name, text):
        return f"{name}: {text}\r\nBcc: victim@example.org\r\n".encode()

    monkeypatch.setattr(module, "text_field", careless)
    with pytest.raises(ValueError, match="Bcc"):
        RENDERER.render(letter("withdrawn"), NOW)


def test_a_careless_body_never_leaves(monkeypatch):
    monkeypatch.setattr(module, "_quoted_printable", lambda text: text.encode())
    with pytest.raises(ValueError, match="byte"):
        RENDERER.render(letter("question", facts={"question": "ö"}), NOW)


def hostile_facts(text):
    """Every fact of every letter that holds text, with this text in it."""
    understood = (Understood("username", text, text), Understood("reason", text, None))
    missing = tuple(
        Asked("username_or_registered_email", text, text, text, guesses)
        for guesses in [(), (text,), (text, text)]
    )
    sayings = {"question": text, "text": text, "topic": text, "say": text, "url": text}
    for name, facts in FACTS.items():
        hostile = {key: sayings.get(key, value) for key, value in facts.items()}
        if "understood" in facts:
            hostile["understood"] = understood
        if facts.get("missing"):
            hostile["missing"] = missing
        if "digest" in facts:
            hostile["digest"] = hostile_digest(text)
        yield name, hostile


def hostile_digest(text):
    told = {
        key: replace(answer(key, text), words=text)
        for key in ("username", "registered_email", "contact_email")
    }
    told["reason"] = replace(answer("reason", (text,)), words=text)
    told["recovery_codes"] = replace(answer("recovery_codes", text), words=text)
    flags = frozenset(Flag)
    return digest(
        cases=[
            case(answers=told, party=text, flags=flags),
            case(answers=told, party=text, status=Status.AWAITING_REQUESTER, question=text),
        ],
        parked=[ParkedMail(1, text, text, NOW, text)],
        failed=[FailedLetter(1, text, text, text, text, NOW)],
        set_aside=[SetAside(1, text, text, NOW, text)],
        numbers=Numbers(1, 2, 3, {text: 1}, {text: 2}),
    )


def holds(name, facts):
    """What is true of a letter whatever its facts say."""
    sample = letter(name, facts=facts, in_reply_to="m@example.org")
    rendered = RENDERER.render(sample, NOW)
    message = message_from_bytes(rendered.raw)
    expected = FIELDS[:-1] if sample.kind is LetterKind.DIGEST else FIELDS
    assert message.keys() == expected
    assert message.get_all("To") == [sample.to]
    assert rendered.raw.isascii()
    assert all(line.isprintable() for line in rendered.text.split("\n"))
    assert rendered.subject.isprintable()
    if sample.kind is not LetterKind.DIGEST:
        decoded = message.get_payload(decode=True).decode()
        assert as_written(decoded.replace("\r\n", "\n")) == rendered.text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text_in_every_letter(hostile):
    for name, facts in hostile_facts(hostile):
        holds(name, facts)


@settings(max_examples=50)
@given(st.text(), st.sampled_from(["missing-in-doubt", "question", "redirected", "recovered", "digest"]))
def test_any_text_stays_text(text, name):
    holds(name, dict(hostile_facts(text))[name])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_person_wrote_never_starts_a_line_of_a_letter(hostile):
    facts = FACTS["missing"] | {"understood": (Understood("username", "User name", hostile[:150]),)}
    lines = RENDERER.render(letter("missing", facts=facts), NOW).text.splitlines()
    ordinary = RENDERER.render(letter("missing"), NOW).text.splitlines()
    strange = [line for line in lines if line not in ordinary and "If something here is wrong" not in line]
    assert all(line.startswith(("[x] User name:", "    ")) for line in strange)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))

    def handle_endtag(self, tag):
        self.seen.append((f"/{tag}", []))


def tags(html):
    parser = Tags()
    parser.feed(html)
    return parser.seen


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_adds_no_tag_to_the_html_digest(hostile):
    _, ordinary = parsed(
        RENDERER.render(letter("digest", facts={"digest": hostile_digest("x")}), NOW).raw
    ).iter_parts()
    _, html = parsed(
        RENDERER.render(letter("digest", facts={"digest": hostile_digest(f"{hostile} y")}), NOW).raw
    ).iter_parts()
    words = [("span", ["class", "style"]), ("/span", [])]  # shown only where they differ from the value
    assert [tag for tag in tags(html.get_content()) if tag not in words] == [
        tag for tag in tags(ordinary.get_content()) if tag not in words
    ]


def test_dates_are_those_of_the_desks_time_zone():
    late = NOW.replace(day=20, hour=23, minute=30)
    desk = replace(CONFIG.desk, time_zone=ZoneInfo("Pacific/Auckland"))
    facts = FACTS["reminder"] | {"closes_at": late}
    assert (
        "until 21 November 2026."
        in renderer(replace(CONFIG, desk=desk)).render(letter("reminder", facts=facts), NOW).text
    )


def written(tmp_path, **files):
    folder = tmp_path / "letters"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return tmp_path, shipped("templates")


def test_a_site_changes_one_letter_and_keeps_the_others(tmp_path):
    folders = written(
        tmp_path, withdrawn="Subject: Bye\n\nBye {{ reference }}.\n", _tag="[Konto {{ reference }}]"
    )
    site = renderer(folders=folders)
    changed = site.render(letter("withdrawn"), NOW)
    assert changed.subject == "[Konto 7KQ2-M9XD] Bye"
    assert changed.text == "Bye 7KQ2-M9XD.\n"
    assert "What you wrote is now part" in site.render(letter("noted"), NOW).text


def test_a_site_may_speak_another_language(tmp_path):
    source = (
        "Subject: Stand\n\n{{ usual_wait|span('Stunde', 'Stunden', 'Tag', 'Tage') }}, {{ [1, 2]|listing('und') }}, "
        "{{ since|date('%d.%m.%Y') }}, {{ 2|counted('Antwort', 'Antworten') }}"
    )
    text = renderer(folders=written(tmp_path, status=source)).render(letter("status"), NOW).text
    assert text == "5 Tage, 1 und 2, 17.11.2026, 2 Antworten\n"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (
            "Subject: a\n\n{{ refrence }}",
            "letters/withdrawn.txt: refrence is not known in this letter, only account, desk_address",
        ),
        ("Subject: a\n\n{{ question }}{{ place }}", "question and place|place and question"),
        ("Subject: a\n\n{% if %}", "letters/withdrawn.txt, line 3: Expected an expression"),
        ("Subject: a\n\n{{ reference|shout }}", "letters/withdrawn.txt, line 3: No filter named 'shout'"),
        ("Subject: a\n\n{% include 'letters/_gone.txt' %}", "there is no template letters/_gone.txt"),
        ("Subject: a\n\n{% include reference %}", "an include needs the name of a file"),
        ("Subject: a\n\n{% include 'letters/_missing.txt' %}", "missing is not known in this letter"),
        ("Hello,\n", "letters/withdrawn.txt does not begin with 'Subject: '"),
    ],
)
def test_a_template_that_cannot_work_is_found_by_the_check(tmp_path, source, error):
    folders = written(tmp_path, withdrawn=source)
    with pytest.raises(ValueError, match=error):
        renderer(folders=folders).check(NOW)


@pytest.mark.parametrize(
    ("kind", "source", "error"),
    [
        (
            "reminder",
            "{{ missing[0].ask }}",
            "letters/reminder.txt, line 3: cannot be written where the staff has asked something: .*no element 0",
        ),
        ("reminder", "{{ question.nothing }}", "reminder.txt, line 3: .*no attribute 'nothing'"),
        (
            "expired",
            "{% if not missing and not question %}{{ missing[0].ask }}{% endif %}",
            "what is complete",
        ),
        ("missing", "{{ missing[1].ask }}", "one answer is missing"),
        ("missing", "{% for one in missing %}{{ one.guesses[0] }}{% endfor %}", "no element 0"),
        ("received", "{{ usual_wait|span }}", "TypeError|unsupported operand|not supported"),
        ("received", "{% for one in understood %}{{ one.value.upper() }}{% endfor %}", "None"),
        ("status", "{{ {'recovered': 1}[outcome or 'recovered'] }}", "it was closed: denied"),
        ("digest", "{{ digest.failing.listed[0].reference }}", "nothing happened"),
        ("digest", "{% if digest.parked.more %}{{ 1 // 0 }}{% endif %}", "more happened than it lists"),
        ("commands", "{{ answers[0].line }}", "no command was found"),
        ("escalation", "{{ case.reasons[0].value }}", "nothing is known"),
        ("denied", "{{ text.__class__ }}", "unsafe"),
    ],
)
def test_a_template_that_fails_with_some_facts_only_is_found_by_the_check(tmp_path, kind, source, error):
    folders = written(tmp_path, **{kind: f"Subject: a\n\n{source}\n"})
    with pytest.raises(ValueError, match=error):
        renderer(folders=folders).check(NOW)


def test_the_check_tries_every_kind_of_letter():
    assert {sample.letter.kind for sample in samples(CONFIG.policy, NOW)} == set(LetterKind)


def test_a_form_of_which_nothing_is_asked_can_be_tried():
    policy = replace(CONFIG.policy, form=Form((Field("name", "Name", Kind.NAME, "name"),)), redirects=())
    renderer(replace(CONFIG, policy=policy)).check(NOW)


def test_a_template_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no template letters/_tag\.txt"):
        renderer(folders=[tmp_path]).check(NOW)


def test_a_template_in_another_charset_is_named(tmp_path):
    folders = written(tmp_path)
    (tmp_path / "letters" / "noted.txt").write_bytes(b"Subject: Gr\xfc\xdfe\n")
    with pytest.raises(ValueError, match=r"letters/noted\.txt is not UTF-8"):
        renderer(folders=folders).check(NOW)


def test_the_shipped_templates_can_work():
    RENDERER.check(NOW)


@pytest.mark.parametrize(
    "source",
    [
        "{{ reference.__class__.__mro__ }}",
        "{{ now.__reduce__() }}",
        "{{ ''.format.__globals__ }}",
        "{{ [].append(1) }}",
    ],
)
def test_a_template_stays_in_its_sandbox(tmp_path, source):
    site = renderer(folders=written(tmp_path, withdrawn=f"Subject: a\n\n{source}"))
    for _ in range(2):
        with pytest.raises(Exception, match=r"unsafe|has no attribute|immutable"):
            site.render(letter("withdrawn"), NOW)


def test_a_fact_that_is_left_out_is_an_error():
    with pytest.raises(Exception, match="'question' is undefined"):
        RENDERER.render(letter("question", facts={}), NOW)


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 minutes"), (1.5, "1 minute"), (59, "59 minutes"), (61, "1 hour")]
)
def test_what_just_came_is_not_an_hour_old(minutes, said):
    fresh = brief(case(days=minutes / 1440), CONFIG.policy.form, NOW)
    rendered = renderer().render(letter("escalation", facts=FACTS["escalation"] | {"case": fresh}), NOW)
    assert f"opened {said} ago, waiting for {said}\n" in rendered.text
