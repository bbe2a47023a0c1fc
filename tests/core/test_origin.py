"""Every reason to stay silent, and the people beside each who must be answered."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.core import origin, signs
from mailflow.core.envelope import Envelope, MailKind
from mailflow.core.mail import DeliveryReport, Mail
from mailflow.core.origin import CHECKS, Look, declines_answers, why_not_answer
from mailflow.core.reference import is_desk
from mailflow.core.silence import Silence
from tests.world import REPOSITORY, loaded

DESK = "recovery@pypi.example"
SUBJECTS = loaded(REPOSITORY / "config.toml").subjects
AUTO, BOUNCE, MANY = MailKind.AUTO_GENERATED, MailKind.BOUNCE, MailKind.OFF_TOPIC
PERSON = Mail(
    envelope=Envelope("jo@example.org", (DESK,)),
    sender="jo@example.org",
    sender_name="Jo Doe",
    addressed_to=(DESK,),
    subject="Account recovery",
    message_id="1@example.org",
    in_reply_to=(),
    references=(),
    date=None,
    fields=(("from", "Jo Doe <jo@example.org>"), ("subject", "Account recovery")),
    content_types=("text/plain",),
    text="Please help me.\n",
)


def with_fields(*fields: tuple[str, str], **changes: object) -> Mail:
    return replace(PERSON, fields=(*PERSON.fields, *fields), _index={}, **changes)


def sent_by(sender: str | None, envelope: str | None = None, name: str = "") -> Mail:
    return_path = (sender or "") if envelope is None else envelope
    return replace(
        PERSON, sender=sender, sender_name=name, envelope=Envelope(return_path or "x@example.org", (DESK,))
    )


def about(subject: str, **changes: object) -> Mail:
    return replace(PERSON, subject=subject, **changes)


def silence_of(mail: Mail) -> Silence | None:
    return why_not_answer(mail, DESK, SUBJECTS)


NULL = replace(PERSON, envelope=Envelope("", (DESK,)))
REPORT = ("multipart/report", "text/plain", "message/delivery-status", "message/rfc822")
RECEIPT = ("multipart/report", "text/plain", "message/disposition-notification")

SILENT = [
    ("null_sender", NULL, AUTO),
    ("null_sender", replace(PERSON, envelope=Envelope("<>", (DESK,))), AUTO),
    ("null_sender", with_fields(("return-path", " <> ")), AUTO),
    ("null_sender", with_fields(("return-path", "<srs0=x=jo@forward.example.org>"), ("return-path", "<>")), AUTO),
    ("null_sender", replace(NULL, content_types=REPORT), BOUNCE),
    ("null_sender", replace(NULL, content_types=RECEIPT, subject="Undeliverable: x"), AUTO),
    ("null_sender", replace(NULL, sender="mailer-daemon@mx.example.org"), BOUNCE),
    ("null_sender", replace(NULL, subject="Undelivered Mail Returned to Sender"), BOUNCE),
    ("null_sender", replace(NULL, reports=(DeliveryReport("x@example.org", "failed", "5.1.1", ""),)), BOUNCE),
    ("auto_submitted", with_fields(("auto-submitted", "auto-replied")), AUTO),
    ("auto_submitted", with_fields(("auto-submitted", "Auto-Generated; x=y")), AUTO),
    ("auto_submitted", with_fields(("auto-submitted", 'auto-notified; owner-email="x@example.org"')), AUTO),
    ("auto_submitted", with_fields(("auto-submitted", "(a comment) auto-replied")), AUTO),
    ("auto_submitted", with_fields(("auto-submitted", "no"), ("auto-submitted", "auto-replied")), AUTO),
    ("auto_submitted", with_fields(("x-auto-submitted", '"auto-replied"')), AUTO),
    ("auto_submitted", with_fields(("auto-submitted", "(a; b) auto-replied")), AUTO),
    ("auto_submitted", with_fields(("auto-submitted", "auto-replied"), content_types=REPORT), BOUNCE),
    *[("list_field", with_fields((field, "<x.example.org>")), MANY) for field in sorted(signs.LIST_FIELDS)],
    ("list_field", with_fields(("list-unsubscribe", "<https://example.org/out>"), ("precedence", "bulk")), MANY),
    ("list_field", with_fields(("list-id", "<x.example.org>"), content_types=REPORT), BOUNCE),
    *[("precedence", with_fields(("precedence", value)), AUTO) for value in ("bulk", "Junk", " list ", "auto_reply")],
    ("precedence", with_fields(("x-precedence", "bulk")), AUTO),
    *[("precedence", with_fields(("precedence", value)), AUTO) for value in ('"bulk"', "bulk, junk", "normal, 'list'", "bulk (open")],
    ("list_field", with_fields(("errors-to", "owner-users@example.org")), AUTO),
    ("list_field", with_fields(("resent-from", "Users <users@lists.example.org>")), AUTO),
    ("list_field", with_fields(("resent-sender", "users-request@example.org")), AUTO),
    ("list_field", with_fields(("x-loop", "users@lists.example.org")), AUTO),
    ("list_field", with_fields(("x-loop", "users-owner@example.org")), AUTO),
    ("precedence", with_fields(("precedence", "bulk (a comment)")), AUTO),
    ("precedence", with_fields(("preference", "auto-reply")), AUTO),
    *[("suppressed", with_fields(("x-auto-response-suppress", v)), AUTO) for v in ("All", "all", "OOF, All")],
    *[("machine_field", with_fields((field, "yes")), AUTO) for field in signs.MACHINE_FIELDS],
    ("machine_field", with_fields(("x-autoreply", "")), AUTO),
    ("machine_field", with_fields(("x-autoreply", "yes"), ("x-failed-recipients", "x@example.org")), BOUNCE),
    ("failed_recipients", with_fields(("x-failed-recipients", "x@example.org")), BOUNCE),
    ("answering_program", with_fields(("x-mailer", "Example AutoResponder 2.0")), AUTO),
    ("answering_program", with_fields(("user-agent", "vacation 1.2")), AUTO),
    ("answering_program", with_fields(("x-post-messageclass", "9; Autoresponder")), AUTO),
    ("answering_program", with_fields(("delivered-to", "Autoresponder")), AUTO),
    *[("machine_field", with_fields((f"{begin}x", "y")), AUTO) for begin in signs.MACHINE_FIELDS_BEGIN],
    *[("notifying_program", with_fields(("x-mailer", name)), AUTO) for name in ("Grafana 11.2", "DSM mail", "Office MFP", "Verifier 2")],
    ("notifying_program", with_fields(("user-agent", "Zabbix")), AUTO),
    ("calendars_answer", replace(PERSON, content_types=("text/calendar",), text="\n"), AUTO),
    *[("robot_sender", sent_by(f"{local}@example.org"), AUTO) for local in ("nagios", "Jenkins", "cron-daily", "fax", "scanner+2")],
    *[("automatic_subject", about(subject), AUTO) for subject in (
        "Urlaub Re: Ihre Anfrage", "Absent: RE: your mail", "Out of Office (Re: your mail)", "På ferie, SV: kontoen", "Ikke til stede: Re: x",
    )],
    ("our_loop", with_fields(("x-loop", f"<{DESK}>")), AUTO),
    ("our_loop", with_fields(("x-loop", "Recovery+ABCD@PYPI.example")), AUTO),
    ("delivery_report", replace(PERSON, content_types=REPORT), BOUNCE),
    ("delivery_report", replace(PERSON, content_types=("multipart/mixed", "message/global-delivery-status")), BOUNCE),
    ("delivery_report", replace(PERSON, reports=(DeliveryReport("x@example.org", "failed", "", ""),)), BOUNCE),
    ("other_report", replace(PERSON, content_types=RECEIPT), AUTO),
    ("other_report", replace(PERSON, content_types=("multipart/mixed", "message/feedback-report")), AUTO),
    ("other_report", replace(PERSON, content_types=("multipart/report", "text/plain")), AUTO),
    ("unknown_sender", sent_by(None), MailKind.REQUEST),
    ("our_own", sent_by(DESK), AUTO),
    ("our_own", sent_by("Recovery+7H2K-9QXM.abc@PyPI.example"), AUTO),
    ("daemon_sender", sent_by("MAILER-DAEMON@mx.example.org"), BOUNCE),
    ("daemon_sender", sent_by("mail-daemon@mx.example.org"), BOUNCE),
    ("daemon_sender", sent_by("postmaster@example.org"), BOUNCE),
    ("daemon_sender", sent_by("x@example.org", "mailer-daemon@mx.example.org"), BOUNCE),
    ("daemon_sender", sent_by("x@example.org", name="Mail Delivery Subsystem"), BOUNCE),
    ("daemon_sender", with_fields(("sender", "Mail <MAILER-DAEMON@mx.example.org>")), BOUNCE),
    ("daemon_sender", sent_by("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org"), BOUNCE),
    *[
        ("list_sender", sent_by(f"{local}@lists.example.org"), AUTO)
        for local in ("owner-tools", "tools-request", "tools-bounces", "tools-bounces+jo=example.org", "bounce", "bounces+12-ab", "bounce-77", "listserv", "LISTSERV", "majordomo")
    ],
    ("list_sender", sent_by("jo@example.org", "tools-owner@lists.example.org"), AUTO),
    ("list_sender", sent_by("jo@example.org", "owner-tools@lists.example.org"), AUTO),
    ("list_sender", with_fields(("sender", "tools-bounces@lists.example.org")), AUTO),
    ("list_sender", with_fields(("sender", "tools-owner@lists.example.org")), AUTO),
    *[
        ("no_reply_sender", sent_by(f"{local}@example.org"), AUTO)
        for local in ("noreply", "no-reply", "no_reply", "No.Reply", "donotreply", "do-not-reply", "do_not_reply", "notifications-noreply", "noreply-dmarc", "noreply+ab12", "auto-reply", "autoresponder", "nicht-antworten", "ne-pas-repondre", "no-responder", "nao-responda", "non-rispondere", "please-do-not-reply", "nao-responder", "niet-beantwoorden", "svarainte", "svar-ikke", "nie-odpowiadaj", "yanitlamayiniz")
    ],
    ("no_reply_sender", sent_by("jo@example.org", "no-reply@example.org"), AUTO),
    ("no_reply_sender", sent_by("no-reply@example.org", "jo@example.org"), AUTO),
    ("no_reply_sender", sent_by('"jo@home".noreply@example.org'), AUTO),
    *[
        ("automatic_subject", about(subject), AUTO)
        for subject in (
            "Automatic reply: Account recovery", "AUTOMATIC REPLY: x", "Auto-Reply: x", "Autoreply: x", "Out of Office", "Out of office: x", "Out of the office Re: x", "Abwesenheitsnotiz: x", "Automatische Antwort: x",
            "Réponse automatique\u00a0: x", "Respuesta automática: x", "Resposta automática: x", "Risposta automatica: x", "Fuori sede: x", "Автоматический ответ: x", "自动回复: x", "自動返信：x", "자동 회신: x", "부재중: x", "Automatisch antwoord: x", "Otomatik yanıt: x",
            "[EXTERNAL] Automatic reply: x", "Autosvar: x", "Automatiskt svar: x", "Automatická odpověď: x", "Automatikus válasz: x", "Răspuns automat: x", "Αυτόματη απάντηση: x", "מענה אוטומטי: x", "رد تلقائي: x", "Trả lời tự động: x",
        )
    ],
    ("automatic_subject", about("Auto: Account recovery", in_reply_to=("1@pypi.example",)), AUTO),
    *[
        ("bounce_subject", about(subject), BOUNCE)
        for subject in (
            "Undelivered Mail Returned to Sender", "Mail delivery failed: returning message to sender", "Delivery Status Notification (Failure)", "Undeliverable: [Account recovery] x", "Returned mail: see transcript for details",
            "failure notice", "Unzustellbar: x", "Non remis\u00a0: x", "No se puede entregar: x", "Недоставленное сообщение: x", "无法投递: x", "系统退信/Systems bounce", "[EXT] Undeliverable: x", "Mail could not be delivered", "Non-Delivery: your message", "Delivery failure notification", "Returned Mail - Error During Delivery", "Warning: message 1abCdE-000 delayed 24 hours",
        )
    ],
    ("not_addressed", replace(PERSON, envelope=Envelope("jo@example.org", ()), addressed_to=("else@example.org",)), AUTO),
    ("not_addressed", replace(PERSON, envelope=Envelope("jo@example.org", ("Postmaster@PyPI.example",)), addressed_to=("postmaster@pypi.example",)), MailKind.REQUEST),
    ("not_addressed", replace(PERSON, envelope=Envelope("jo@example.org", ("postmaster",)), addressed_to=("else@example.org",)), MailKind.REQUEST),
    ("not_addressed", replace(PERSON, envelope=Envelope("jo@example.org", ("postmaster@example.org",)), addressed_to=("else@example.org",)), AUTO),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mail", "kind"), SILENT)
def test_each_reason_is_found_by_its_own_check(name, mail, kind):
    silence = silence_of(mail)
    assert silence is not None
    assert silence.kind is kind
    assert silence == getattr(origin, name)(Look(mail, DESK, SUBJECTS)), f"not {name} but: {silence.why}"


PEOPLE = [
    PERSON,
    with_fields(("feedback-id", "1234:user:example")),
    with_fields(("auto-submitted", "no")),
    with_fields(("auto-submitted", "no (a person)")),
    with_fields(("auto-submitted", "")),
    with_fields(("auto-submitted", "no; x=y")),
    with_fields(("precedence", "normal")),
    with_fields(("precedence", "first-class")),
    with_fields(("x-auto-response-suppress", "DR, RN, NRN, OOF")),
    with_fields(("x-auto-response-suppress", "None")),
    with_fields(("x-auto-response-suppress", "DR, OOF, AutoReply")),
    with_fields(("x-mailer", "Faxtastic Mail 2")),
    with_fields(("user-agent", "Mozilla Thunderbird")),
    about("Urlaub"),
    about("Away from my keyboard: how do I get in?"),
    about("Vacation photos are gone, and my account"),
    replace(PERSON, content_types=("multipart/mixed", "text/plain", "text/calendar"), text="Shall we talk about my account?\n"),
    with_fields(("sender", "The office <secretary@example.org>")),
    with_fields(("sender", "undisclosed")),
    with_fields(("x-autoreply", "no")),
    with_fields(("x-autoreply", "0")),
    with_fields(("x-autoreply", "None")),
    with_fields(("x-fc-machinegenerated", "false")),
    with_fields(("x-loop", "jo@example.org")),
    with_fields(("x-auto-submitted", "no")),
    with_fields(("auto-submitted", '"no"; x=y')),
    with_fields(("precedence", "a list of things")),
    with_fields(("x-mailer", "Zendesk Mailer"), ("x-zendesk-ticket-id", "1")),  # people write in ticket systems
    with_fields(("x-mailer", "OTRS Mail Service (6.0.30)"), ("x-powered-by", "OTRS"), ("x-rt-ticket", "example.org #12")),
    with_fields(("errors-to", "jo@example.org"), ("resent-from", "Jo <jo@listserv-fans.example.org>")),
    with_fields(("delivered-to", DESK)),
    with_fields(("x-mailer", "Apple Mail (2.3896.817.8)")),
    with_fields(("user-agent", "Mozilla Thunderbird")),
    with_fields(("return-path", "<jo@example.org>")),
    with_fields(("thread-index", "AdzmZrd0"), ("x-ms-has-attach", ""), ("x-ms-exchange-organization-scl", "1")),
    with_fields(("disposition-notification-to", "jo@example.org"), ("return-receipt-to", "jo@example.org")),
    with_fields(("importance", "high"), ("x-priority", "1"), ("priority", "urgent")),
    with_fields(("x-spam-flag", "YES"), ("x-original-to", DESK)),
    replace(PERSON, content_types=("multipart/mixed", "text/plain", "message/rfc822")),
    replace(PERSON, content_types=("multipart/signed", "text/plain", "application/pgp-signature")),
    replace(PERSON, returned_ids=("x@example.org",)),
    replace(PERSON, content_types=(), text=""),
    sent_by("request.smith@example.org", name="Jo Request-Smith"),
    sent_by("bouncer.joe@example.org"),
    sent_by("jo.bounces@example.org"),
    sent_by("shop-owner@example.org"),
    sent_by("owner@example.org"),
    sent_by("noreen.play@example.org"),
    sent_by("norepl@example.org"),
    sent_by("requests@example.org"),
    sent_by("postmasters@example.org"),
    sent_by("jo@noreply-hosting.example.org"),
    sent_by("jo@example.org", "SRS0=ab=cd=example.org=jo@forward.example.org"),
    sent_by("jo@example.org", "jo+tag@example.org", "Mailer, Jo"),
    sent_by("recovery@example.org"),
    sent_by("x.recovery@pypi.example"),
    about("Re: Automatic reply: Account recovery"),
    about("AW: Abwesenheitsnotiz: x"),
    about("Automatic reply never came, and I cannot log in"),
    about("Out of office and locked out"),
    about("Auto: Kennwort vergessen"),
    about("Fwd: Undeliverable: your mail"),
    about("Undeliverable verification mails"),
    about("Delivery failure of the confirmation mail"),
    about("Mail could not be delivered to my old address, please help"),
    about("Non-delivery of the reset mail"),
    about("[Account recovery 7H2K-9QXM] Automatic?"),
    about(""),
    replace(PERSON, addressed_to=()),
    replace(PERSON, addressed_to=("help@pypi.example",)),
    replace(PERSON, addressed_to=("recovery+7H2K-9QXM.abc@pypi.example",), envelope=Envelope("jo@example.org", ("recovery+7H2K-9QXM.abc@pypi.example",))),
    replace(PERSON, envelope=Envelope("jo@example.org", ())),
    with_fields(("x-original-to", f"<{DESK}>"), envelope=Envelope("jo@example.org", ()), addressed_to=("all@example.org",)),
    with_fields(("delivered-to", DESK), envelope=Envelope("jo@example.org", ()), addressed_to=()),
    with_fields(("resent-to", f"Desk <{DESK}>, x@example.org"), envelope=Envelope("jo@example.org", ()), addressed_to=()),
]  # fmt: skip


@pytest.mark.parametrize("mail", PEOPLE)
def test_a_person_is_answered(mail):
    silence = silence_of(mail)
    assert silence is None, silence


@pytest.mark.parametrize("value", ["DR, OOF, AutoReply", "DR,AutoReply", "autoreply"])
def test_what_exchange_puts_on_the_mail_of_people_declines_answers(value):
    assert declines_answers(with_fields(("x-auto-response-suppress", value)))


@pytest.mark.parametrize("value", ["OOF", "None", "DR, NDR, RN, NRN"])
def test_who_declines_other_mail_does_not(value):
    assert not declines_answers(with_fields(("x-auto-response-suppress", value)))


RFC3834 = "RFC 3834, section 2"
REASONS = [
    (NULL, "Its envelope sender is the null one.", "RFC 5321, section 4.5.5; RFC 3834, section 2"),
    (with_fields(("auto-submitted", "auto-replied")), 'It says that a program sent it: Auto-Submitted is "auto-replied".', "RFC 3834, section 5"),
    (with_fields(("list-id", "<x.example.org>")), "It went to a list or to many: it has a List-Id field.", "RFC 2369; RFC 2919"),
    (with_fields(("precedence", "bulk")), 'It asks for no answer: Precedence is "bulk".', "RFC 3834, section 3.1.8; RFC 2076, section 3.9"),
    (with_fields(("x-auto-response-suppress", "All")), 'It declines automatic answers: X-Auto-Response-Suppress is "All".', "MS-OXCMAIL, section 2.1.3.2.20"),
    (with_fields(("x-otrs-loop", "yes")), "Only programs write its field X-Otrs-Loop.", "a convention of OTRS and Znuny"),
    (with_fields(("x-failed-recipients", "x@example.org")), "It reports a failed delivery: it has an X-Failed-Recipients field.", "a convention of Exim"),
    (with_fields(("x-mailer", "AutoResponder 2")), 'An answering machine sent it: X-Mailer is "AutoResponder 2".', signs.VENDORS),
    (with_fields(("x-mailer", "MFP SMTP client")), 'No person writes with what sent it: "MFP SMTP client".', signs.VENDORS),
    (with_fields(("x-loop", DESK)), "It has been here before: X-Loop names this desk.", "a convention of procmail"),
    (replace(PERSON, content_types=REPORT), "It holds a delivery report.", "RFC 3464; RFC 6533"),
    (replace(PERSON, content_types=RECEIPT), "It holds a report: message/disposition-notification.", "RFC 6522; RFC 8098; RFC 5965"),
    (replace(PERSON, content_types=("multipart/alternative", "text/plain", "text/calendar"), text=" \n"), "A calendar sent it, and nobody wrote a word beside it.", "RFC 5546"),
    (replace(PERSON, content_types=("multipart/alternative", "text/plain", signs.REACTION_TYPE)), "It is a reaction to a mail, of one sign.", "a convention of Gmail"),
    (sent_by(None), "Its From field does not name exactly one mailbox.", "RFC 5322, section 3.6.2"),
    (sent_by(DESK), "It came from this desk's own address.", RFC3834),
    (sent_by("postmaster@example.org"), "A mail system sent it, not a person.", f"{RFC3834}; RFC 2142, section 5"),
    (sent_by("tools-request@example.org"), "A mailing list or its manager sent it.", f"{RFC3834}; RFC 5230, section 4.6"),
    (sent_by("no-reply@example.org"), "Its sender's address says that nobody reads answers.", "a convention"),
    (sent_by("nagios@example.org"), "Its sender's address is a program's or a device's.", "a convention"),
    (about("[EXT] Out of office: my password is tulip-77"), 'Its subject is that of an automatic answer: "Out of office".', signs.VENDORS),
    (about("Undeliverable: my password is tulip-77"), 'Its subject is that of a delivery report: "Undeliverable".', signs.VENDORS),
    (replace(PERSON, envelope=Envelope("jo@example.org", ()), addressed_to=("else@example.org",)), "Neither its envelope nor its header names this desk.", RFC3834),
]  # fmt: skip


@pytest.mark.parametrize(("mail", "why", "source"), REASONS)
def test_what_the_staff_is_told_of_each_reason(mail, why, source):
    silence = silence_of(mail)
    assert silence is not None
    assert (silence.why, silence.source) == (why, source)


def test_every_reason_has_its_sentence():
    assert len(REASONS) == len(CHECKS)


def test_the_docstring_lists_every_check_in_order():
    listed = re.findall(r"^      (\w+)  ", why_not_answer.__doc__ or "", re.MULTILINE)
    assert listed == [check.__name__ for check in CHECKS]


def test_the_envelope_is_asked_first_and_the_recipient_last():
    assert silence_of(replace(NULL, sender=None, addressed_to=())) == origin.null_sender(
        Look(NULL, DESK, SUBJECTS)
    )


def test_a_reason_is_a_sentence_with_its_source_and_shows_no_control_characters():
    for _, mail, _ in SILENT:
        silence = silence_of(mail)
        assert silence is not None
        assert silence.why.endswith((".", '".'))
        assert silence.source
    shown = silence_of(with_fields(("auto-submitted", "auto\x1b[31m" + "x" * 500)))
    assert shown is not None
    assert shown.why == f'It says that a program sent it: Auto-Submitted is "auto [31m{"x" * 51}".'


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        (DESK, True),
        ("RECOVERY@PyPI.Example", True),
        ("recovery+x.y@pypi.example", True),
        ("recovery@pypi.example.org", False),
        ("xrecovery@pypi.example", False),
        ("recovery", False),
        ("", False),
    ],
)
def test_the_desk_knows_its_own_addresses(address, ours):
    assert is_desk(address, DESK) is ours


def test_the_desk_knows_its_domain_in_its_own_script():
    assert is_desk("recovery@bücher.example", "recovery@xn--bcher-kva.example")
    assert is_desk("recovery+x@xn--bcher-kva.example", "recovery@bücher.example")


@given(
    sender=st.none() | st.text(max_size=60),
    name=st.text(max_size=40),
    subject=st.text(max_size=80),
    fields=st.lists(
        st.tuples(st.sampled_from(["auto-submitted", "x-loop", "precedence", "x-mailer", "to", "x-autoreply", "delivered-to"]), st.text(max_size=60)),
        max_size=5,
    ),
    types=st.lists(st.sampled_from(["text/plain", "message/rfc822", "multipart/report", "x"]), max_size=4),
    recipients=st.lists(st.text(max_size=30), max_size=3),
)  # fmt: skip
def test_no_mail_makes_it_raise(sender, name, subject, fields, types, recipients):
    mail = replace(
        PERSON,
        envelope=Envelope("x@example.org", tuple(recipients)),
        sender=sender,
        sender_name=name,
        subject=subject,
        fields=tuple(fields),
        content_types=tuple(types),
        _index={},
    )
    silence = silence_of(mail)
    assert silence is None or silence.why.isprintable()
