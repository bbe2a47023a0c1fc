"""Each way of reading an answer, with its neighbours: what a mail says, by which rule it was read, and where it stood.

How many such mails are read right is measured by `tests/reading`; here it is which rule reads them, and the characters.
"""

from __future__ import annotations

import pytest

from mailflow.config import load, shipped
from mailflow.core.answer import Reading
from mailflow.core.answers import read_answers, with_subject
from mailflow.core.text import mark_lines

CONFIG = load(shipped("config.toml"))
SENDER = "jo@example.org"
ACCOUNT, CONDUCT, DELAY = "username_or_registered_email", "code_of_conduct", "acknowledges_delay"
NAME, OLD, NEW = "username", "registered_email", "contact_email"
REASON, CODES, PROJECTS = "reason", "recovery_codes", "projects"
AGREES = "I agree to follow the PSF Code of Conduct"
WAITS = "I understand that it may take a significant amount of time to process my account recovery request."
NO_CODES = "I never generated or have lost access to the recovery codes for my account"
ASKS = "> Is old@example.org the address of the account?"
LOST_PHONE, LOST_MAIL, LOST_CODES = ("lost_2fa",), ("lost_email_access",), "never_generated_or_lost"

# A mail, what our letter asked (None: there was none), and of each field what is read, the rule, the line, and the words there.
Way = tuple[str, tuple[str, ...] | None, dict[str, tuple[object, str, int, str]]]


def reading_of(text, asked=None, *, subject="", sender=SENDER) -> Reading:
    lines = with_subject(subject, mark_lines(text, CONFIG.lexicon.text))
    return read_answers(lines, CONFIG.policy.form, asked, CONFIG.lexicon.answers, sender)


# fmt: off
# Labels, headings, tables
FORMS: list[Way] = [
    ("User name:  jdoe7\nRecovery codes: lost", None, {NAME: ("jdoe7", "label", 1, "jdoe7"), CODES: (LOST_CODES, "label", 2, "lost")}),
    ("Old address: x@example.org (bounces)", None, {OLD: ("x@example.org", "label", 1, "x@example.org"), REASON: (LOST_MAIL, "label", 1, " (bounces)")}),
    ("User name: none (I really forgot it)", None, {REASON: (("lost_username",), "reason in prose", 1, "really forgot it")}),
    ("Projects: spam, eggs (my phone broke)", None, {PROJECTS: (("spam", "eggs"), "label", 1, "spam, eggs (my phone broke)")}),
    ("Projects: spam and eggs. I lost my phone", None, {PROJECTS: (("spam", "eggs"), "label", 1, "spam and eggs."), REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone")}),
    ("Code of Conduct: yes, and I know that it takes long", None, {CONDUCT: (True, "label", 1, "yes, and I know that it takes long"), DELAY: (True, "agreement in prose", 1, "know that it takes long")}),
    ("Code of Conduct: I do not agree, but I know that it takes long", None, {CONDUCT: (False, "label", 1, "I do not agree, but I know that it takes long"), DELAY: (True, "agreement in prose", 1, "but I know that it takes long")}),
    ("Code of Conduct: I agree, the wait is fine, and my codes are lost", None, {CONDUCT: (True, "label", 1, "I agree, the wait is fine, and my codes are lost"), CODES: (LOST_CODES, "choice in prose", 1, "codes are lost"), DELAY: (True, "agreement in prose", 1, "the wait is fine")}),
    ("### Code of Conduct\n\nyes, and I know that it takes long", None, {CONDUCT: (True, "form heading", 3, "yes, and I know that it takes long"), DELAY: (True, "agreement in prose", 3, "know that it takes long")}),
    ("Code of Conduct: yes\nplease use jane@example.org", (CONDUCT, NEW), {CONDUCT: (True, "label", 1, "yes"), NEW: ("jane@example.org", "wanted address in prose", 2, "jane@example.org")}),
    ("| User name | jdoe7 |\n| Recovery codes | lost |", None, {NAME: ("jdoe7", "label", 1, "jdoe7"), CODES: (LOST_CODES, "label", 2, "lost")}),
    ("User name;Recovery codes\njdoe7;lost", None, {NAME: ("jdoe7", "column", 2, "jdoe7"), CODES: (LOST_CODES, "column", 2, "lost")}),
    ("User name / Recovery codes: jdoe7 / lost", None, {NAME: ("jdoe7", "row", 1, "jdoe7"), CODES: (LOST_CODES, "row", 1, "lost")}),
    ("Code of Conduct, Recovery codes: agreed, gone", (CONDUCT,), {CONDUCT: (True, "row", 1, "agreed"), CODES: (LOST_CODES, "row", 1, "gone")}),
    ("no backup codes. code of conduct sure, I agree", (CODES, CONDUCT, DELAY), {CONDUCT: (True, "label", 1, "sure"), CODES: (LOST_CODES, "choice in prose", 1, "no backup codes")}),
    ("codes no, time yes", (CODES, DELAY), {CODES: (LOST_CODES, "label", 1, "no"), DELAY: (True, "label", 1, "yes")}),
    ("codes no, time yes", None, {CODES: (LOST_CODES, "choice in prose", 1, "codes no")}),
    ("Q: User name?\nA: jdoe7\nQ: Recovery codes?\nA: lost", None, {NAME: ("jdoe7", "label", 2, "jdoe7"), CODES: (LOST_CODES, "label", 4, "lost")}),
    ("Do you agree to follow the PSF Code of Conduct?\nA: I agree\nDo you understand that this can take long?\nA: ok", (CONDUCT, DELAY), {CONDUCT: (True, "answer behind the question", 2, "I agree"), DELAY: (True, "answer behind the question", 4, "ok")}),
    ("Code of Conduct: sure thing, and that it may take long I know", None, {CONDUCT: (True, "label", 1, "sure thing, and that it may take long I know"), DELAY: (True, "agreement in prose", 1, "that it may take long I know")}),
    (f"Code of Conduct: {AGREES} [yes]\nAcknowledgement: I understand that it may take a significant amount of time to process my account recovery request [no answer yet]\n", None, {CONDUCT: (True, "answer behind the statement", 1, "[yes]")}),
    ("Projects: jdoe_42\nplease look at jdoe_42", None, {PROJECTS: (("jdoe_42",), "label", 1, "jdoe_42")}),
    (f"Any news?\n\nOn Mon, 9 Mar 2026 at 17:00 Jo <\njo@example.org> wrote:\n\n> - [x] {AGREES}\n", None, {CONDUCT: (True, "ticked box", 6, "[x] I agree to follow the PSF Code of Conduct")}),
    (f"Any news?\n\nOn Mon, 9 Mar 2026 at 17:00 Jo <\njo@example.org> wrote:\n\n> - [x] {AGREES}\n", (CONDUCT,), {}),
]

# Boxes and crosses, and what was not chosen
BOXES: list[Way] = [
    ("❌ Recovery codes\n✅ Code of Conduct", None, {CODES: (LOST_CODES, "ticked box", 1, "❌ Recovery codes"), CONDUCT: (True, "ticked box", 2, "✅ Code of Conduct")}),
    ("✗ Code of Conduct\n✅ Waiting time", (CONDUCT, DELAY), {CONDUCT: (False, "ticked box", 1, "✗ Code of Conduct"), DELAY: (True, "ticked box", 2, "✅ Waiting time")}),
    ("✗ Code of Conduct\n✗ Waiting time", (CONDUCT, DELAY), {}),
    ("Code of Conduct: yes / ~~no~~", None, {CONDUCT: (True, "label", 1, "yes")}),
    ("Code of Conduct: yes / no", None, {}),
    ("1. I agree (yes/no)", (CONDUCT, DELAY), {}),
    (f"> [x] {AGREES}, since I lost my phone\n", (REASON,), {CONDUCT: (True, "ticked box", 1, "[x] I agree to follow the PSF Code of Conduct, since I lost my phone")}),
    ("> [x] I lost my phone\n", (REASON,), {}),
    (f"{AGREES}: ???", None, {}),
    (f"{AGREES}? I will see", None, {}),
    (f"[ ] {AGREES} - maybe later", None, {}),
    (f"PyPI Username: jdoe7 Reason for request: my phone was stolen Recovery Codes: [x]\n{NO_CODES} Code of Conduct: [x] I agree\nto follow the PSF Code of Conduct Waiting time: [ ] {WAITS}", None, {CODES: (LOST_CODES, "ticked box", 1, "[x]"), CONDUCT: (True, "ticked box", 2, "[x] I agree"), NAME: ("jdoe7", "label", 1, "jdoe7"), REASON: (LOST_PHONE, "label", 1, "my phone was stolen")}),
    (f"Username: jdoe7 Recovery Codes: [x] {NO_CODES} Waiting time: [x] I understand that it may take a\nsignificant amount of time to process my account\nrecovery request. My packages are\nfrobnicate and\nblorp. My new address is jane@example.org, as\nI lost the old one", None, {CODES: (LOST_CODES, "ticked box", 1, "[x] I never generated or have lost access to the recovery codes for my account"), DELAY: (True, "ticked box", 1, "[x] I understand that it may take a"), NAME: ("jdoe7", "label", 1, "jdoe7"), REASON: (LOST_MAIL, "reason in prose", 5, "as"), PROJECTS: (("frobnicate", "blorp"), "projects in prose", 4, "frobnicate"), NEW: ("jane@example.org", "wanted address in prose", 5, "jane@example.org")}),
]

# Numbers, and the order of our questions
ORDER: list[Way] = [
    ("1. gone 2. yes 3. jdoe7", (CODES, CONDUCT, ACCOUNT), {CODES: (LOST_CODES, "numbered answer", 1, "gone "), CONDUCT: (True, "numbered answer", 1, "yes "), NAME: ("jdoe7", "numbered answer", 1, "jdoe7")}),
    ("1 and 2: yes", (CONDUCT, DELAY), {CONDUCT: (True, "numbered answer", 1, "yes"), DELAY: (True, "numbered answer", 1, "yes")}),
    ("1. yes\n2. this one too", (CONDUCT, DELAY), {CONDUCT: (True, "numbered answer", 1, "yes"), DELAY: (True, "numbered answer", 2, "this one too")}),
    ("First, yes. Second, no.", (CONDUCT, DELAY), {CONDUCT: (True, "numbered answer", 1, "yes. "), DELAY: (False, "numbered answer", 1, "no.")}),
    ("One: jdoe7\nTwo: yes", (ACCOUNT, CONDUCT), {NAME: ("jdoe7", "numbered answer", 1, "jdoe7"), CONDUCT: (True, "numbered answer", 2, "yes")}),
    ("3. yes\n1. no\n2. yes", (CODES, CONDUCT, DELAY), {DELAY: (True, "numbered answer", 1, "yes"), CONDUCT: (True, "numbered answer", 3, "yes"), CODES: (LOST_CODES, "answer to what was asked", 2, "1. no")}),
    ("No. 1: gone\nNo. 2: ?\nNo. 3: yes, understood", (CODES, CONDUCT, DELAY), {CODES: (LOST_CODES, "numbered answer", 1, "gone"), DELAY: (True, "numbered answer", 3, "yes, understood")}),
    ("  No. 1: ?\n  No. 2: ?", (CONDUCT, DELAY), {}),
    ("1. my user name is jdoe7\n2. yes", (CONDUCT, DELAY), {DELAY: (True, "numbered answer", 2, "yes"), NAME: ("jdoe7", "name in prose", 1, "user name is jdoe7")}),
    ("1. the same as this mail\n2. I lost the password\n3. lost too\n4. yes", (ACCOUNT, REASON, CODES, CONDUCT), {REASON: (("lost_password",), "numbered answer", 2, "I lost the password"), CODES: (LOST_CODES, "numbered answer", 3, "lost too"), CONDUCT: (True, "numbered answer", 4, "yes")}),
    ("1. jdoe7\n2. I agree\n2. no, wait", (ACCOUNT, CONDUCT), {NAME: ("jdoe7", "numbered answer", 1, "jdoe7")}),
    ("1. jdoe7\n2. I agree\n2. no, wait, I do not agree", (ACCOUNT, CONDUCT), {NAME: ("jdoe7", "numbered answer", 1, "jdoe7"), CONDUCT: (False, "numbered answer", 3, "no, wait, I do not agree")}),
    ("1. yes\nplease use jane@example.org", (CONDUCT, NEW), {CONDUCT: (True, "numbered answer", 1, "yes"), NEW: ("jane@example.org", "wanted address in prose", 2, "jane@example.org")}),
    ("1. my phone broke, the address is jane@example.org\n2. yes", (ACCOUNT, CONDUCT), {OLD: ("jane@example.org", "numbered answer", 1, "jane@example.org"), CONDUCT: (True, "numbered answer", 2, "yes"), REASON: (("lost_2fa", "lost_email_access"), "reason in prose", 1, "phone broke, the address is")}),
    ("1. jane@example.org, my phone broke\n2. yes", (ACCOUNT, CONDUCT), {OLD: ("jane@example.org", "numbered answer", 1, "jane@example.org"), CONDUCT: (True, "numbered answer", 2, "yes"), REASON: (LOST_PHONE, "reason in prose", 1, "phone broke")}),
    ("1. I lost my phone, please use jane@example.org\n2. yes", (NEW, CONDUCT), {NEW: ("jane@example.org", "numbered answer", 1, "jane@example.org"), CONDUCT: (True, "numbered answer", 2, "yes"), REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone")}),
    ("1. jdoe7 2. phone lost 3. never had any 4. yes 5. yes", None, {NAME: ("jdoe7", "numbered answer", 1, "jdoe7"), REASON: (LOST_PHONE, "numbered answer", 1, "phone lost "), CODES: (LOST_CODES, "numbered answer", 1, "never had any "), CONDUCT: (True, "numbered answer", 1, "yes "), DELAY: (True, "numbered answer", 1, "yes")}),
    ("1. jdoe7 2. phone lost", None, {REASON: (LOST_PHONE, "reason in prose", 1, "phone lost"), NAME: ("jdoe7", "name beside its account", 1, "jdoe7")}),
    ("none, yes, yes", (CODES, CONDUCT, DELAY), {CODES: (LOST_CODES, "answer in order", 1, "none,"), CONDUCT: (True, "answer in order", 1, "yes,"), DELAY: (True, "answer in order", 1, "yes")}),
    ("none, yes, yes", None, {}),
    ("Yes, of course I do.", (CONDUCT, DELAY), {CONDUCT: (True, "answer in order", 1, "Yes"), DELAY: (True, "answer in order", 1, "of course I do")}),
    ("TK: jdoe7\nTK: yes", (ACCOUNT, CONDUCT), {NAME: ("jdoe7", "answer in order", 1, "jdoe7"), CONDUCT: (True, "answer in order", 2, "yes")}),
    ("  No. 1: gone\n  No. 2: ?", (CODES, CONDUCT), {CODES: (LOST_CODES, "numbered answer", 1, "gone")}),
]

# Names, projects and addresses in prose
PROSE: list[Way] = [
    ("hi i lost my phone my username is mara_k i have no recovery codes i agree to the code of conduct", None, {NAME: ("mara_k", "name in prose", 1, "username is mara_k"), REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone"), CODES: (LOST_CODES, "choice in prose", 1, "have no recovery codes"), CONDUCT: (True, "agreement in prose", 1, "i agree to the code of conduct")}),
    ("My user name is jdoe7. Sorry, the name above is wrong, it should be jdoe8.", None, {NAME: ("jdoe8", "corrected name", 1, " Sorry, the name above is wrong, it should be jdoe8")}),
    ("My user name is jdoe7. That is my GitHub name, on PyPI it is jdoe8.", None, {NAME: ("jdoe8", "corrected name", 1, " That is my GitHub name, on PyPI it is jdoe8")}),
    ("My user name is what stands before the @ of this address.", None, {NAME: ("jo", "name put together", 1, "user name is what stands before the @ of this address")}),
    ("It is what stands before the @ of this address.", (ACCOUNT,), {NAME: ("jo", "name put together", 1, "@ of this address")}),
    ("It is what stands before the @ of this address.", (CONDUCT,), {OLD: ("jo@example.org", "the sender's address", 1, "this address")}),
    ("My user name is jdoe with a 7 at the end", None, {NAME: ("jdoe7", "name put together", 1, "user name is jdoe with a 7 at the end")}),
    ("I never signed up with jane@example.org, my mailbox there is dead.", None, {REASON: (LOST_MAIL, "reason in prose", 1, "mailbox there is dead")}),
    ("The mailbox jane@example.org is dead, but do not change it.", None, {REASON: (LOST_MAIL, "reason in prose", 1, "The mailbox jane@example.org is dead"), OLD: ("jane@example.org", "registered address in prose", 1, "jane@example.org")}),
    ("I have to publish a fix of frobnicate. My user name is jdoe7.", None, {NAME: ("jdoe7", "name in prose", 1, "user name is jdoe7"), PROJECTS: (("frobnicate",), "project beside its publishing", 1, "frobnicate")}),
    ("I have to publish a fix of jdoe7. My user name is jdoe7.", None, {NAME: ("jdoe7", "name in prose", 1, "user name is jdoe7")}),
    ("I have to publish a fix of JDoe7. My user name is JDoe7.", None, {NAME: ("JDoe7", "name in prose", 1, "user name is JDoe7")}),
    ("Projects: spam\nI have to publish a fix of frobnicate.", None, {PROJECTS: (("spam",), "label", 1, "spam")}),
    ("I own JDoe_42.\nplease look at JDoe_42", (ACCOUNT,), {PROJECTS: (("JDoe_42",), "projects in prose", 1, "JDoe_42")}),
    ("the page says janedoe", (ACCOUNT,), {NAME: ("janedoe", "name beside its account", 1, "janedoe")}),
    ("the page says janedoe", (CONDUCT,), {}),
    ("My user name at GitHub is janedoe.", None, {}),
    ("jane.d, lost my phone", None, {REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone"), NAME: ("jane.d", "name set apart", 1, "jane.d")}),
    ("I lost my phone. Please help.\n\njdoe", None, {REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone")}),
    ("I lost my phone. Please help.\n\njdoe", (CONDUCT,), {REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone")}),
    ("The same as on GitHub: janedoe", (ACCOUNT,), {NAME: ("janedoe", "lone value", 1, "janedoe")}),
    ("My user name is not jdoe. please look at jdoe_42", None, {NAME: ("jdoe_42", "name beside its account", 1, "jdoe_42")}),
    ("My user name was never jdoe. please look at jane-doe", (ACCOUNT,), {}),
    ("I have a new phone. My recovery codes are lost.", None, {REASON: (LOST_PHONE, "reason in prose", 1, "have a new phone"), CODES: (LOST_CODES, "choice in prose", 1, "recovery codes are lost")}),
    ("2FA problem", None, {}),
    ("I forgot my password, and jane@example.org is correct, I read it daily.", None, {REASON: (("lost_password",), "reason in prose", 1, "forgot my password"), OLD: ("jane@example.org", "registered address in prose", 1, "jane@example.org")}),
    ("I write again: please change the e-mail of my account jdoe7 to jane@example.org", None, {NAME: ("jdoe7", "name in prose", 1, "account jdoe7"), NEW: ("jane@example.org", "wanted address in prose", 1, "jane@example.org"), REASON: (LOST_MAIL, "implied by contact_email", 1, "jane@example.org")}),
    ("jane.d, lost my phone", (CONDUCT,), {REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone")}),
    ("Do not reset the account jdoe. please look at jdoe_42", None, {}),
]

# What our letter explains
CONTEXT: list[Way] = [
    ("This one.", (NEW,), {NEW: ("jo@example.org", "the sender's address", 1, "This one")}),
    ("This one.", (CONDUCT,), {}),
    ("This one. New address: jane@example.org", (NEW,), {NEW: ("jane@example.org", "label", 1, "jane@example.org")}),
    ("the address I write from", (ACCOUNT,), {OLD: ("jo@example.org", "the sender's address", 1, "the address")}),
    (f"Yes.\n\n{ASKS}", (ACCOUNT,), {OLD: ("old@example.org", "address confirmed", 1, "Yes")}),
    (f"Yes.\n\n{ASKS}", None, {}),
    (f"Yes. Registered address: other@example.org\n\n{ASKS}", (ACCOUNT,), {OLD: ("other@example.org", "label", 1, "other@example.org")}),
    (f"No, it must be new@example.org. I lost my phone.\n\n{ASKS}", (ACCOUNT, REASON), {REASON: (LOST_PHONE, "reason in prose", 1, "lost my phone"), OLD: ("new@example.org", "address put right", 1, "new@example.org")}),
]
# fmt: on


@pytest.mark.parametrize(("text", "asked", "says"), [*FORMS, *BOXES, *ORDER, *PROSE, *CONTEXT])
def test_a_way_of_reading_gives_the_value_its_rule_and_its_place(text, asked, says):
    reading = reading_of(text, asked)
    lines = {line.number: line.text for line in mark_lines(text, CONFIG.lexicon.text)}
    told = {
        key: (answer.value, answer.rule, answer.line, lines[answer.line][answer.start : answer.end])
        for key, answer in reading.answers.items()
    }
    assert told == says
    assert reading.doubts == ()


@pytest.mark.parametrize("text", ["", "\n \n", "> User name: jdoe7"])
def test_a_mail_without_words_of_its_own_says_nothing(text):
    assert reading_of(text) == Reading()


def test_without_a_sender_there_is_no_address_to_write_from():
    lines = mark_lines("Please use the address I write from.", CONFIG.lexicon.text)
    reading = read_answers(lines, CONFIG.policy.form, (NEW,), CONFIG.lexicon.answers)
    assert reading.answers == {}


@pytest.mark.parametrize(("subject", "says"), [("I lost my phone", LOST_PHONE), ("2FA", None)])
def test_a_subject_alone_tells_a_reason_only_where_it_says_what_happened(subject, says):
    told = reading_of("hello", subject=subject).answers.get(REASON)
    assert (told and told.value) == says
