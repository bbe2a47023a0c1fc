"""No letter to a machine, whatever is left of what tells it; and one to every person who only sounds like one."""

from __future__ import annotations

import pytest

from tests.world import INCOMPLETE, World

REPORT = """--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; jo@example.org
Action: failed
Status: 5.1.1
--b--"""
STRUCTURE = 'multipart/report; report-type={}; boundary="b"'
AWAY = "I am away until Monday. I lost my phone once, by the way."

# Each sign alone: all others were lost on the way, and the envelope names a sender.
SIGNS = {
    "Auto-Submitted": {"Auto_Submitted": "auto-replied"},
    "Auto-Submitted of a kind nobody knows": {"Auto_Submitted": "x-vendor; owner=jo"},
    "Precedence": {"Precedence": "bulk"},
    "Microsoft": {"X_Auto_Response_Suppress": "All"},
    "old Unix vacation": {"X_Autoreply": "yes"},
    "a list": {"List_Id": "<users.example.org>"},
    "an unsubscribe link": {"List_Unsubscribe": "<https://example.org/u>"},
    "Exim": {"X_Failed_Recipients": "jo@example.org"},
    "a delivery report": {"Content_Type": STRUCTURE.format("delivery-status"), "body": REPORT},
    "a receipt": {
        "Content_Type": STRUCTURE.format("disposition-notification"),
        "body": REPORT.replace("delivery-status", "disposition-notification"),
    },
    "a reaction in Gmail": {
        "Content_Type": 'multipart/alternative; boundary="b"',
        "body": """--b

\N{THUMBS UP SIGN}

Jo Doe reacted via Gmail
--b
Content-Type: text/vnd.google.email-reaction+json

{"emoji": "\N{THUMBS UP SIGN}", "version": 1}
--b--""",
    },
    "a complaint": {
        "Content_Type": STRUCTURE.format("feedback-report"),
        "body": REPORT.replace("delivery-status", "feedback-report"),
    },
    "the daemon": {"sender": "MAILER-DAEMON@mx.example.org"},
    "the postmaster": {"sender": "Mail Delivery System <postmaster@mx.example.org>"},
    "a list's owner": {"sender": "owner-users@example.org"},
    "no-reply": {"sender": "no-reply@example.org"},
    "no-reply in German": {"sender": "nicht-antworten@example.org"},
    "Outlook": {"Subject": "Automatic reply: Account recovery"},
    "Outlook in German": {"Subject": "Automatische Antwort: Account recovery"},
    "Outlook in Russian": {
        "Subject": "=?utf-8?q?=D0=90=D0=B2=D1=82=D0=BE=D0=BC=D0=B0=D1=82=D0=B8=D1=87=D0=B5=D1=81=D0=BA=D0=B8=D0=B9_=D0=BE=D1=82=D0=B2=D0=B5=D1=82?=: x"
    },
    "QQ in Chinese": {"Subject": "=?utf-8?b?6Ieq5Yqo5Zue5aSNOiB4?="},
    "a bounce of qmail": {"Subject": "failure notice"},
    "a bounce of Postfix": {"Subject": "Undelivered Mail Returned to Sender"},
    "a bounce of an old gateway": {"Subject": "Mail could not be delivered"},
    "a bounce of Exchange in French": {"Subject": "=?utf-8?q?Non_remis=C2=A0=3A_x?="},
    "a list before RFC 2369": {"X_BeenThere": "users@example.org"},
    "a list that names itself as who sent it": {"Sender": "users-bounces@example.org"},
    "a daemon that names itself as who sent it": {"Sender": "Mail <MAILER-DAEMON@mx.example.org>"},
    "no-reply in Dutch": {"sender": "niet-beantwoorden@example.org"},
    "Outlook in Hungarian": {"Subject": "=?utf-8?q?Automatikus_v=C3=A1lasz:_x?="},
    "Outlook in Hebrew": {"Subject": "=?utf-8?b?157Xoteg15Qg15DXldeY15XXnteY15k6IHg=?="},
    "Precedence in quotes": {"Precedence": '"bulk"'},
    "Precedence of several words": {"Precedence": "bulk, junk"},
    "Auto-Submitted as a private field": {"X_Auto_Submitted": "auto-replied"},
    "a field of an older program": {"X_Auto_Generated": "yes"},
    "ServiceNow": {"X_ServiceNow_Generated": "true"},
    "a group at Google": {"X_Google_Group_Id": "594786762647"},
    "a list of Sympa": {"X_Sympa_To": "users@example.org"},
    "a list that wants the errors": {"Errors_To": "owner-users@example.org"},
    "a list that sends a mail on": {"Resent_From": "users@lists.example.org"},
    "another list's loop": {"X_Loop": "users@lists.example.org"},
    "our own letter": {"sender": "recovery@pypi.example"},
}
PEOPLE = {
    "an answer to an absence notice": {"Subject": "Re: Automatic reply: Account recovery"},
    "a forwarded bounce": {"Subject": "Fwd: Undeliverable: your mail"},
    "who complains of one": {"Subject": "Mail could not be delivered to my old address, please help"},
    "Gmail's field for senders": {"Feedback_ID": "1:2:3:example"},
    "who wants a receipt": {"Disposition_Notification_To": "jo@example.org"},
    "Auto-Submitted: no": {"Auto_Submitted": "no"},
    "who is called Bounce": {"sender": "bob.bounce@example.org"},
    "who works for support": {"sender": "support@firm.example.org"},
    "from Exchange": {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
    "who writes in a ticket system": {"X_Mailer": "Zendesk Mailer", "X_RT_Ticket": "example.org #12"},
    "from a phone": {"X_Mailer": "iPhone Mail (20G75)"},
}


def sent(world: World, fields: dict[str, str], envelope: str) -> list:
    fields = dict(fields)
    body, sender = fields.pop("body", AWAY), fields.pop("sender", "jo@example.org")
    world.receive(world.mail(body, sender=sender, **fields), envelope)
    return world.run()


@pytest.mark.parametrize("fields", SIGNS.values(), ids=SIGNS)
@pytest.mark.parametrize("envelope", ["", "jo@example.org"], ids=["null sender", "with a sender"])
def test_one_sign_of_a_machine_is_enough(world, fields, envelope):
    assert sent(world, fields, envelope) == []
    assert world.handled[-1].silence
    assert world.opened() == 0


@pytest.mark.parametrize("fields", SIGNS.values(), ids=SIGNS)
def test_a_machine_that_answers_a_letter_gets_none(world, fields):
    (letter,) = world.write(INCOMPLETE, sender="jo@example.org")
    fields = {"In_Reply_To": f"<{letter.message_id}>", "References": f"<{letter.message_id}>", **fields}
    body, sender = fields.pop("body", AWAY), fields.pop("sender", "jo@example.org")
    world.receive(world.mail(body, sender=sender, to=letter.reply_to, **fields), "jo@example.org")
    assert world.run() == []


def test_a_null_sender_alone_is_enough(world):
    assert sent(world, {"body": INCOMPLETE}, "") == []


@pytest.mark.parametrize("fields", PEOPLE.values(), ids=PEOPLE)
def test_every_person_is_answered(world, fields):
    letters = sent(world, {"body": INCOMPLETE, **fields}, "jo@example.org")
    assert len(letters) == 1


@pytest.mark.parametrize("body", ["The backup of Monday is done.", "I am on annual leave until 4 August."])
def test_what_exchange_puts_on_the_mail_of_people_is_a_sign_where_words_tell_nothing(world, body):
    assert (
        sent(world, {"X_Auto_Response_Suppress": "DR, OOF, AutoReply", "body": body}, "jo@example.org") == []
    )
    assert world.handled[-1].set_aside


@pytest.mark.parametrize("envelope", ["", "support-bounces@lists.example.org"])
@pytest.mark.parametrize("field", ["", "Return-Path: <>\r\n"])
def test_a_copy_by_a_machine_takes_no_answer_from_the_mail_itself(world, envelope, field):
    """Who was in Cc sends it again, or a list sends it on, and is faster than its writer's own server."""
    mail = world.mail(INCOMPLETE, sender="jo@example.org", Cc="support@lists.example.org")
    world.receive(field.encode() + mail, envelope)
    assert world.run() == []
    world.receive(mail, "jo@example.org")
    (letter,) = world.run()
    assert letter.recipient == "jo@example.org"
    world.receive(mail, "jo@example.org")
    world.receive(field.encode() + mail, envelope)
    assert world.run() == []
