"""Mail in somebody else's name: who may say that it is genuine, and what it may lead to where it is not."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from threading import Event, Semaphore
from unittest.mock import Mock

import pytest

from mailflow.config import organizational_domain
from mailflow.core.authentication import COMPUTED, Authentication, Handling, Verdict, found_by_server
from mailflow.core.authresults import Check as Result
from mailflow.core.case import Flag, Status
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.steps.app import TemporaryFailure
from mailflow.steps.handle import handle_waiting
from mailflow.steps.senders import NEW, WORKERS, Looking, check_waiting
from mailflow.store.engine import Unavailable
from tests.security.conftest import RECEIVED, SERVER, Check
from tests.world import COMPLETE, INCOMPLETE

PASSES = f"Authentication-Results: {SERVER}; dmarc=pass (p=reject) header.from=example.org"
FAILS = f"Authentication-Results: {SERVER}; dmarc=fail (p=reject dis=none) header.from=example.org"
THEIRS = "Received: from laptop (home [198.51.100.7]) by mail.example.net; Mon, 2 Mar 2026 08:59:00 +0000"
FORGED = Authentication(
    Verdict.FAIL, "example.org", COMPUTED, (Result("dmarc", "fail", "example.org", "reject"),)
)
CHANGED = "User name: mallory. Everything else stays as it was."


def verdict(handled):
    return handled.authentication.verdict


# --------------------------------------------------------------------------------- forged Authentication-Results fields


def test_results_of_our_own_server_are_believed(desk):
    """What the attacks below are measured against."""
    assert verdict(desk.get(INCOMPLETE, RECEIVED, PASSES)[0]) is Verdict.PASS
    assert verdict(desk.get(INCOMPLETE, PASSES, RECEIVED)[0]) is Verdict.PASS
    assert verdict(desk.get(INCOMPLETE, FAILS, RECEIVED)[0]) is Verdict.FAIL


def test_results_forged_in_a_mail_that_comes_directly(desk):
    assert verdict(desk.get(INCOMPLETE, PASSES, RECEIVED, remote="192.0.2.66")[0]) is Verdict.NONE


def test_results_forged_below_an_outsiders_received_field(desk):
    assert verdict(desk.get(INCOMPLETE, RECEIVED, THEIRS, PASSES)[0]) is Verdict.NONE


def test_results_forged_below_those_of_our_server(desk):
    assert verdict(desk.get(INCOMPLETE, RECEIVED, FAILS, PASSES)[0]) is Verdict.FAIL


@pytest.mark.parametrize(
    "field",
    [
        f"evil.example ({SERVER}); dmarc=pass header.from=example.org",
        f"evil.example/{SERVER}; dmarc=pass header.from=example.org",
        f"{SERVER}.evil.example; dmarc=pass header.from=example.org",
        f"{SERVER}; none (; dmarc=pass header.from=example.org ;)",
        f'{SERVER}; spf=fail reason="; dmarc=pass header.from=example.org"',
        f"{SERVER}; dmarc=pass",
        f"{SERVER}; spf=pass smtp.mailfrom=example.org@evil.example",
        f"{SERVER}; dkim=pass header.d=notexample.org",
        f"{SERVER}; dkim=pass header.i=@example.org header.d=evil.example",
    ],
)
def test_results_that_only_look_like_a_pass(desk, field):
    assert verdict(desk.get(INCOMPLETE, f"Authentication-Results: {field}", RECEIVED)[0]) is Verdict.NONE


@pytest.mark.parametrize(
    "domain",
    [
        "example.org(.evil.example",
        'example.org".evil.example',
        "example.org).evil.example",
        "example.org;.evil.example",
        "example.org;x=y.evil.example",
    ],
)
@pytest.mark.parametrize("signed", ["dkim=pass header.d={}", "spf=pass smtp.mailfrom=a@{}"])
def test_a_domain_of_the_forgers_that_our_server_repeats_and_that_hides_the_rest(desk, domain, signed):
    """The DNS takes such names. What stands behind it, such as that the mail fails, must not be lost."""
    field = f"{SERVER}; {signed.format(domain)}; dmarc=fail (p=reject) header.from=example.org"
    handled, letters = desk.get(INCOMPLETE, RECEIVED, f"Authentication-Results: {field}")
    assert verdict(handled) is Verdict.FAIL
    assert letters == []
    assert "cannot be read" in handled.authentication.oddities[0]


@pytest.mark.parametrize(
    "domain",
    ["example.org (.a) .evil.example", "example.org(.a)b=c.evil.example", 'example.org"".evil.example'],
)
def test_a_domain_of_the_forgers_that_looks_like_the_victims_and_something_more(desk, domain):
    field = f"{SERVER}; dkim=pass header.d={domain}; dmarc=none header.from=example.org"
    assert verdict(desk.get(INCOMPLETE, RECEIVED, f"Authentication-Results: {field}")[0]) is Verdict.NONE


@pytest.mark.parametrize("result", ["pass", "none"])
def test_a_from_field_of_which_our_server_has_read_another_domain(desk, result):
    field = f"{SERVER}; dmarc={result} header.from=example.org.evil.example"
    handled, letters = desk.get(INCOMPLETE, RECEIVED, f"Authentication-Results: {field}")
    assert verdict(handled) is Verdict.FAIL
    assert letters == []
    assert handled.authentication.oddities == (f"{SERVER} took it for one from example.org.evil.example",)


def test_signatures_without_number_do_not_push_the_failure_out_of_what_is_read(desk):
    for long in ("evil.example", f"{'x' * 200}.evil.example"):
        many = f"; dkim=pass header.d={long}" * 60
        field = f"{SERVER}{many}; dmarc=fail (p=reject) header.from=example.org"
        assert verdict(desk.get(INCOMPLETE, RECEIVED, f"Authentication-Results: {field}")[0]) is Verdict.FAIL


def test_a_received_field_that_claims_to_be_of_our_network(desk):
    """HELO is the client's to say: an address in it must not move the border of what is ours."""
    helo = RECEIVED.replace("from mail.example.net", "from [127.0.0.1]")
    assert verdict(desk.get(INCOMPLETE, helo, THEIRS, PASSES)[0]) is Verdict.NONE


# ------------------------------------------------------------------------------------------------- From fields of tricks


@pytest.mark.parametrize(
    "fields",
    [
        "From: jo@example.org\r\nFrom: eve@evil.example",
        "From: eve@evil.example\r\nFrom: jo@example.org",
        "From: jo@example.org, eve@evil.example",
        "From: friends: jo@example.org;",
        "From: friends:;",
        "From: jo@example.org <eve@evil.example>",
        "From: <jo@example.org> <eve@evil.example>",
        'From: "jo@example.org" eve@evil.example',
        "From: jo@example.org(eve@evil.example",
        "From: jo@example.org((eve@evil.example)",
        "From: jo@example.org (\\)",
        "From: (eve <jo@example.org>",
        "From: =?utf-8?q?eve=40evil.example?=, jo@example.org",
        "From: =?utf-8?q?eve=40evil.example?=; <jo@example.org>",
        "From: (<eve@evil.example>\0) jo@example.org",
        "From: jo@example.org\0",
        "From: jo@example.org\x0b<eve@evil.example>",
        "From: jo",
        "From:",
        "Sender: jo@example.org",
    ],
)
def test_a_from_field_that_two_readers_would_read_differently(fields):
    ours = (
        f"Received: from m (m [192.0.2.9]) by x\r\nAuthentication-Results: {SERVER}; dmarc=pass header.from="
    )
    for domain in ("example.org", "evil.example"):
        raw = f"{ours}{domain}\r\n{fields}\r\nTo: desk@desk.example\r\n\r\nHello".encode()
        mail = parse(raw, Envelope("eve@evil.example", (), "127.0.0.1"))
        said = mail.sender and mail.sender.rpartition("@")[2]
        found = found_by_server(mail.fields, frozenset({SERVER}), said or "", organizational_domain)
        assert found.verdict is Verdict.NONE, said


# ------------------------------------------------------------------------------------------------ what a forgery leads to


def test_a_request_in_somebody_elses_name_gets_no_letter_and_the_digest_lists_it(desk):
    handled, letters = desk.get(COMPLETE, FAILS, RECEIVED, Subject="let me in")
    assert letters == []
    assert handled.case is None
    assert handled.set_aside
    desk.world.wait(timedelta(days=1))
    digest = desk.world.sent[-1].text
    assert "let me in" in digest
    assert "it fails DMARC of example.org" in digest


def test_a_forged_request_is_listed_whatever_it_is_about(desk):
    about = "Please raise the upload limit of my project, it has used up its quota."
    assert desk.get(about, PASSES, RECEIVED, sender="kim@example.org")[0].kind == "off_topic"
    desk.get(about, FAILS, RECEIVED, Subject="quota")
    desk.world.wait(timedelta(days=1))
    assert "it fails DMARC of example.org" in desk.world.sent[-1].text


def test_answers_changed_in_somebody_elses_name(desk):
    desk.get(COMPLETE, PASSES, RECEIVED)
    before = desk.world.case()
    handled, letters = desk.get(CHANGED, FAILS, RECEIVED)
    after = desk.world.case()
    assert letters == []
    assert handled.case.id == before.id
    assert (after.answers, after.status, after.confirmed) == (before.answers, before.status, before.confirmed)
    assert Flag.UNPROVEN_WROTE in after.flags


def test_a_case_withdrawn_in_somebody_elses_name(desk):
    desk.get(COMPLETE, PASSES, RECEIVED)
    desk.get("Please forget my request, I am in again.", FAILS, RECEIVED)
    assert desk.world.case().status is Status.IN_REVIEW


def test_a_reply_address_that_was_passed_on_does_not_make_a_forgery_genuine(desk):
    _, [letter] = desk.get(INCOMPLETE, PASSES, RECEIVED)
    before = desk.world.case()
    _, letters = desk.get(COMPLETE, FAILS, RECEIVED, to=letter.reply_to)
    assert letters == []
    assert desk.world.case().answers == before.answers


def test_a_reply_address_outweighs_that_nothing_can_be_told(desk):
    _, [letter] = desk.get(INCOMPLETE, RECEIVED)
    desk.get(COMPLETE, RECEIVED, to=letter.reply_to)
    assert desk.world.case().status is Status.IN_REVIEW


def test_a_site_that_wants_proof_lets_no_untagged_mail_change_a_case(desk):
    desk.set(policy={"untagged_needs_pass": True})
    _, [letter] = desk.get(INCOMPLETE, RECEIVED)
    before = desk.world.case()
    _, letters = desk.get(COMPLETE, RECEIVED)
    assert letters == []
    assert desk.world.case().answers == before.answers
    desk.get(COMPLETE, RECEIVED, to=letter.reply_to)
    assert desk.world.case().status is Status.IN_REVIEW


def test_a_site_may_answer_nobody_who_is_not_proven(desk):
    desk.set(policy={"on_none": Handling.STAFF})
    assert desk.get(COMPLETE, RECEIVED)[1] == []
    assert len(desk.get(COMPLETE, RECEIVED, PASSES)[1]) == 1


def test_a_first_letter_repeats_nothing_to_somebody_who_is_not_proven(desk):
    """Else the desk would mail a forger's words to whom he likes."""
    _, [letter] = desk.get("My user name is buy-at-evil-example. I lost my phone.", RECEIVED)
    assert "buy-at-evil-example" not in letter.text
    _, [letter] = desk.get(
        "My user name is jdoe42. I lost my phone.", PASSES, RECEIVED, sender="jo2@example.org"
    )
    assert "jdoe42" in letter.text
    desk.set(policy={"on_pass": Handling.GUARDED})
    _, [letter] = desk.get(
        "My user name is jdoe43. I lost my phone.", PASSES, RECEIVED, sender="jo3@example.org"
    )
    assert "jdoe43" not in letter.text


def test_a_later_letter_repeats_nothing_of_a_mail_that_is_not_proven(desk):
    """The party has shown to read its mail, but this may be somebody else's."""
    nothing = f"Authentication-Results: {SERVER}; spf=none"
    desk.get("My user name is jdoe42. I lost my phone.", PASSES, RECEIVED)
    _, [letter] = desk.get("My user name is buy-at-evil-example.", nothing, RECEIVED)
    assert "buy-at-evil-example" not in letter.text
    assert desk.world.case().answers["username"].value == "buy-at-evil-example"
    _, [letter] = desk.get("My user name is jdoe43.", PASSES, RECEIVED)
    assert "jdoe43" in letter.text


# ---------------------------------------------------------------------------------------------------- while it is computed


def test_a_dns_that_is_silenced_does_not_let_a_forgery_through_at_once(desk):
    check = Check(None)
    desk.set(check=check, authserv_ids=frozenset(), retry_for=timedelta(minutes=15))
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    assert desk.world.run() == []
    check.found = FORGED
    desk.world.now += timedelta(minutes=1)
    assert desk.world.run() == []
    assert desk.world.handled[-1].set_aside


def test_a_mail_waits_for_the_dns_only_so_long(desk):
    check = Check(None)
    desk.set(check=check, retry_for=timedelta(minutes=15))
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    for _ in range(40):
        desk.world.run()
        desk.world.now += timedelta(seconds=31)
    assert len(desk.world.sent) == 1
    assert check.last.count(True) == 1
    assert 5 < len(check.last) < 10  # less and less often


def test_a_slow_dns_holds_up_neither_other_mail_nor_other_transactions(desk, node):
    """The database is written and another desk handles mail while the answer is awaited."""
    check = Check(FORGED)
    check.meanwhile = lambda: node.write(COMPLETE, sender="kim@example.com")
    node.app = replace(node.app, sender_check=Check(Authentication()))
    desk.set(check=check)
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    assert check_waiting(desk.world.app) == 1
    assert [letter.recipient for letter in node.sent] == ["kim@example.com"]


class SilentToSome(Check):
    """The DNS of `slow` domains does not answer: a look at their mail ends when it is told to, a quick one also by itself."""

    def __init__(self):
        super().__init__(Authentication())
        self.given_up = Event()
        self.quick_ends = Semaphore(0)

    def compute(self, raw, mail, *, last, quick):
        if "slow" not in mail.sender:
            return super().compute(raw, mail, last=last, quick=quick)
        assert self.quick_ends.acquire(timeout=60) if quick else self.given_up.wait(60)
        raise TemporaryFailure("the DNS is silent")

    def end(self):
        self.given_up.set()
        for _ in range(1000):
            self.quick_ends.release()


def test_a_mail_whose_dns_is_slow_holds_up_nobody_who_comes_after_it(desk):
    check = SilentToSome()
    desk.set(check=check, retry_for=timedelta(minutes=15))
    for number in range(NEW - 1):
        desk.world.receive(desk.world.mail(COMPLETE, sender=f"jo@slow{number}.example"), "x@example.com")
    woken = Event()
    with closing(Looking(woken.set)) as looking:
        looking.turn(desk.world.app)
        for number in range(20):
            desk.world.receive(desk.world.mail(COMPLETE, sender=f"kim@fast{number}.example"), "x@example.com")
            woken.clear()
            assert looking.turn(desk.world.app) == 0
            assert woken.wait(60)
            assert looking.settle(desk.world.app) == 1
        assert len(handle_waiting(desk.world.app, 100)) == 20
        check.end()


def test_a_heap_of_mails_whose_dns_is_silent_is_before_nobody(desk):
    """A look at them ends soon, and the next mail is then the newest, not the oldest of the heap; which has its turn too."""
    check = SilentToSome()
    desk.set(check=check, retry_for=timedelta(minutes=15))
    for number in range(100):
        desk.world.receive(desk.world.mail(COMPLETE, sender=f"jo@slow{number}.example"), "x@example.com")
    with closing(Looking()) as looking:
        looking.turn(desk.world.app)
        desk.world.receive(desk.world.mail(COMPLETE, sender="kim@fast.example"), "x@example.com")
        seen = 0
        for _ in range(NEW):
            check.quick_ends.release()
        while seen < NEW + 1:
            assert looking.wait()
            seen += looking.turn(desk.world.app)
        assert [one.mail.sender for one in handle_waiting(desk.world.app, 100)] == ["kim@fast.example"]
        looked_at = desk.world.query("SELECT mail_id FROM sender_checks ORDER BY mail_id")
        assert (1,) in looked_at
        assert (100,) in looked_at
        check.end()


def test_what_a_quick_look_does_not_find_is_looked_for_at_once_with_patience(desk):
    check = Check(None)
    desk.set(check=check, retry_for=timedelta(minutes=15))
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    told = []
    check_waiting(desk.world.app, tell=told.append)
    assert (check.quick, check.last) == ([True, False], [False, False])
    assert len(told) == 1  # it is no failure that anybody need hear of
    desk.world.now += timedelta(minutes=15)
    check_waiting(desk.world.app, tell=told.append)
    assert (check.quick[2:], check.last[2:]) == ([False], [True])


def test_many_mails_whose_dns_is_silent_hold_up_no_new_one_when_they_are_looked_at_again(desk):
    check = SilentToSome()
    desk.set(check=check, retry_for=timedelta(minutes=15))
    for number in range(3 * WORKERS):
        desk.world.receive(desk.world.mail(COMPLETE, sender=f"jo@slow{number}.example"), "x@example.com")
    check.end()
    assert check_waiting(desk.world.app) == 2 * 3 * WORKERS  # each quickly, then with patience
    assert check_waiting(desk.world.app) == 0
    check.given_up.clear()
    desk.world.now += timedelta(seconds=30)
    with closing(Looking()) as looking:
        looking.turn(desk.world.app)
        desk.world.receive(desk.world.mail(COMPLETE, sender="kim@fast.example"), "x@example.com")
        looking.turn(desk.world.app)
        assert looking.wait()
        assert looking.settle(desk.world.app) == 1
        assert [one.mail.sender for one in handle_waiting(desk.world.app, 100)] == ["kim@fast.example"]
        check.end()


def test_what_was_found_while_the_database_was_away_is_settled_when_it_is_back(desk):
    desk.set(check=Check(FORGED))
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    away = Mock(side_effect=Unavailable("it is away"))
    with closing(Looking()) as looking:
        looking.turn(desk.world.app)
        assert looking.wait()
        with pytest.raises(Unavailable):
            looking.turn(replace(desk.world.app, begin=away))
        assert looking.turn(desk.world.app) == 1


def test_a_mail_that_comes_while_others_are_looked_at_is_not_handled_unseen(desk):
    check = Check(FORGED)
    desk.set(check=check)
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    assert handle_waiting(desk.world.app, 10) == []


def test_a_check_that_raises_lets_nothing_through(desk):
    def bug():
        raise ZeroDivisionError("the person's words")

    check = Check(FORGED)
    check.meanwhile = bug
    desk.set(check=check)
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    told = []
    check_waiting(desk.world.app, tell=told.append)
    assert [(one.found, one.error) for one in told] == [(None, "ZeroDivisionError")]
    assert handle_waiting(desk.world.app, 10) == []


def test_a_mail_whose_check_ends_the_process_each_time_reaches_the_staff(desk):
    class Killed(BaseException):
        pass

    def die():
        raise Killed

    check = Check(FORGED)
    check.meanwhile = die
    desk.set(check=check)
    desk.world.receive(desk.world.mail(COMPLETE), "jo@example.org")
    for _ in range(2):
        with pytest.raises(Killed):
            check_waiting(desk.world.app)
        assert check_waiting(desk.world.app) == 0
        desk.world.now += timedelta(minutes=2)
    assert check_waiting(desk.world.app) == 1
    assert len(handle_waiting(desk.world.app, 10)) == 1
    assert len(check.last) == 2


def test_no_question_is_asked_about_what_a_machine_sent(desk):
    check = Check(FORGED)
    desk.set(check=check)
    desk.world.write("out of office", Auto_Submitted="auto-replied")
    assert check.last == []
    assert desk.world.handled[-1].kind == "auto_generated"


def test_our_own_server_is_believed_before_anything_is_computed(desk):
    check = Check(FORGED)
    desk.set(check=check)
    assert verdict(desk.get(COMPLETE, PASSES, RECEIVED)[0]) is Verdict.PASS
    assert check.last == []


def test_what_was_found_is_kept_with_the_mail(desk):
    desk.set(check=Check(FORGED))
    handled, _ = desk.get(COMPLETE, RECEIVED)
    assert desk.world.stored(handled.mail_id).authentication == FORGED
    assert replace(FORGED) == handled.authentication


def test_a_subject_on_top_of_the_one_that_was_signed(desk):
    """Whoever has any mail of Jo's puts words into it: the server says that it passes, and the topmost subject is read."""
    words = "Subject: My user name is jdoe42 and my new address is eve@evil.example"
    handled, (letter,) = desk.get("Please help.", PASSES, RECEIVED, words)
    assert handled.authentication.verdict is Verdict.NONE
    assert any("more than one" in oddity for oddity in handled.authentication.oddities)
    assert "evil" not in letter.text


@pytest.mark.parametrize("tags", ["l=20; h=from:subject", "h=from:to"])
def test_a_mail_of_which_the_signature_that_our_server_verified_covers_a_part(desk, tags):
    """Whoever has such a mail of Jo's puts words below it or on top of it, and the server says that it passes."""
    signed = f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; {tags}; bh=x; b=y"
    handled, (letter,) = desk.get("Hello.\n\nMy user name is mallory.", PASSES, RECEIVED, signed)
    assert verdict(handled) is Verdict.NONE
    assert "but not for" in handled.authentication.oddities[0]
    assert "mallory" not in letter.text


@pytest.mark.parametrize("between", [f"X: {'x' * 70}\r\n" * 1000, f"DKIM-Signature: {' ' * 9000}\r\n" * 8])
def test_what_was_signed_behind_more_header_than_is_read(desk, between):
    """A signature is about the lowest field of a name, and the topmost is read: the one below must not get out of sight."""
    words = "Subject: My user name is mallory"
    head = desk.world.mail("Please help.").decode().partition("\r\n\r\n")[0]
    raw = f"{PASSES}\r\n{RECEIVED}\r\n{words}\r\nFrom: jo@example.org\r\n{between}{head.replace('From:', 'X-From:')}\r\n\r\nHello.\r\n"
    desk.world.receive(raw.encode(), "jo@example.org", remote="127.0.0.1")
    desk.world.run()
    assert verdict(desk.world.handled[-1]) is Verdict.NONE


def test_what_the_signature_leaves_open_behind_white_space(desk):
    signed = (
        f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from:subject; bh=x; b=y;{' ' * 9000}l=20"
    )
    assert verdict(desk.get("Hello.", PASSES, RECEIVED, signed)[0]) is Verdict.NONE


# ------------------------------------------------------------------------ a forgery, and then the victim's own mail

PROOF = "https://pypi-account-check.evil.example/confirm-your-login"
SAID_FOR_THEM = f"""User name: wdoe
Reason: lost the mailbox
New address: mallory@evil.example
Proof: {PROOF}
Recovery codes: lost
Code of Conduct: I agree
Waiting time: I understand
"""
FROM_ELSEWHERE = "Received: from h.bot.example (h.bot.example [203.0.113.9]) by mx.desk.example; Mon, 2 Mar 2026 09:00:00 +0000"
NOT_TOLD = f"Authentication-Results: {SERVER}; spf=none"
SETTLED = {"code_of_conduct", "acknowledges_delay", "contact_email"}


def answers_letter(letter):
    return {
        "to": letter.reply_to,
        "In_Reply_To": f"<{letter.message_id}>",
        "Subject": f"Re: {letter.subject}",
    }


@pytest.mark.parametrize(
    ("proof", "fresh"),
    [(PASSES, True), (PASSES, False), (NOT_TOLD, False)],
    ids=["a fresh mail that passes", "an answer that passes", "an answer to the reply address"],
)
def test_no_letter_repeats_or_counts_what_a_forger_said_before_the_victim(desk, proof, fresh):
    """Also where both come from one place: where senders are checked that proves nothing."""
    _, [letter] = desk.get(SAID_FOR_THEM.replace("wdoe", "wdoe99"), NOT_TOLD, RECEIVED)
    fields = {} if fresh else answers_letter(letter)
    for _ in range(2):
        _, [letter] = desk.get("I need help with my account, please.", proof, RECEIVED, **fields)
        for words in ("evil.example", "wdoe99"):
            assert words not in letter.text
        assert "code of conduct" in letter.text.lower()
    case = desk.world.case(letter.reference)
    assert (case.status, SETTLED & set(case.answers)) == (Status.AWAITING_ANSWERS, set())
    assert Flag.UNPROVEN_WROTE in case.flags
    _, [letter] = desk.get("User name: jdoe42", proof, RECEIVED, **answers_letter(letter))
    assert "jdoe42" in letter.text


@pytest.mark.parametrize("asked_for", ["lost the mailbox", "lost my phone with the authenticator"])
def test_where_nobody_checks_a_forger_says_nothing_for_the_victim_either(desk, asked_for):
    desk.set(authserv_ids=frozenset())
    _, [letter] = desk.get(
        SAID_FOR_THEM.replace("lost the mailbox", asked_for).replace("wdoe", "wdoe99"), FROM_ELSEWHERE
    )
    _, [letter] = desk.get("Oh good that you write. User name: annd", RECEIVED, **answers_letter(letter))
    assert "evil.example" not in letter.text
    assert "annd" in letter.text
    case = desk.world.case(letter.reference)
    assert (case.status, SETTLED & set(case.answers)) == (Status.AWAITING_ANSWERS, set())


def test_where_nobody_checks_an_honest_person_is_asked_nothing_twice(desk):
    desk.set(authserv_ids=frozenset())
    _, [letter] = desk.get(COMPLETE.replace("User name: jdoe42\n", ""), RECEIVED)
    _, [letter] = desk.get("User name: jdoe42", RECEIVED, **answers_letter(letter))
    assert desk.world.case(letter.reference).status is Status.IN_REVIEW
    assert "lost" in letter.text
