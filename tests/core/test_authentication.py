"""What follows from what was found of a mail's writer."""

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from mailflow.core.authentication import (
    COMPUTED,
    Authentication,
    Handling,
    SenderPolicy,
    Verdict,
    as_it_is_read,
    found_by_server,
    handling_of,
    in_words,
    is_sealed,
    judged,
    why_not_believed,
)
from mailflow.core.authresults import Check

SHIPPED = SenderPolicy(Handling.FULL, Handling.GUARDED, Handling.STAFF, untagged_needs_pass=False)
DKIM = Check("dkim", "pass", "example.org")


def organizational(domain):
    return ".".join(domain.split(".")[-2:])


def verdict(*checks, domain="example.org"):
    return judged(domain, "mx.example.net", checks, organizational).verdict


@pytest.mark.parametrize(
    ("checks", "found"),
    [
        ([Check("dmarc", "pass", "example.org")], Verdict.PASS),
        ([Check("dmarc", "fail", "example.org", "reject")], Verdict.FAIL),
        ([Check("dmarc", "fail", "example.org", "quarantine")], Verdict.FAIL),
        ([Check("dmarc", "fail", "example.org")], Verdict.FAIL),
        ([Check("dmarc", "fail", "example.org", "none")], Verdict.NONE),
        (
            [Check("dmarc", "pass", "example.org"), Check("dmarc", "fail", "example.org", "reject")],
            Verdict.FAIL,
        ),
        ([Check("dmarc", "pass", "example.net")], Verdict.NONE),
        ([Check("dmarc", "pass")], Verdict.NONE),
        ([Check("dmarc", "none", "example.org"), DKIM], Verdict.PASS),
        ([Check("dmarc", "temperror", "example.org")], Verdict.NONE),
        ([DKIM], Verdict.PASS),
        ([Check("spf", "pass", "bounces.example.org")], Verdict.PASS),
        ([Check("spf", "pass", "example.net")], Verdict.NONE),
        ([], Verdict.NONE),
    ],
)
def test_dmarc_decides_and_else_what_passes_and_is_aligned(checks, found):
    assert verdict(*checks) is found


def test_nothing_is_proven_of_nobody():
    assert verdict(Check("dkim", "pass", ""), Check("dmarc", "pass", ""), domain="") is Verdict.NONE


def found_in(*fields):
    ids = frozenset({"mx.example.net"})
    return found_by_server(fields, ids, "example.org", organizational)


def test_the_topmost_field_of_a_trusted_server_counts():
    first = ("authentication-results", "mx.example.net; dmarc=fail (p=reject) header.from=example.org")
    second = ("authentication-results", "mx.example.net; dmarc=pass header.from=example.org")
    other = ("authentication-results", "evil.example; dmarc=pass header.from=example.org")
    assert found_in(other, ("received", "x"), first, second).verdict is Verdict.FAIL
    assert found_in(second, first).verdict is Verdict.PASS
    assert found_in(other) is None
    assert found_in() is None


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (
            "dkim=pass header.d=example.org(.evil.example; dmarc=fail (p=reject) header.from=example.org",
            Verdict.FAIL,
        ),
        ("dmarc=pass header.from=evil.example", Verdict.FAIL),
        ("dmarc=none header.from=evil.example; dkim=pass header.d=example.org", Verdict.FAIL),
        ("dmarc=none header.from=none; dkim=pass header.d=example.org", Verdict.PASS),
        ("dmarc=pass header.from=mail.example.org", Verdict.NONE),
    ],
)
def test_who_makes_our_server_read_something_else_is_not_believed(said, verdict):
    found = found_in(("authentication-results", f"mx.example.net; {said}"))
    assert found.verdict is verdict
    assert bool(found.oddities) == (verdict is Verdict.FAIL)


def test_of_whom_nothing_is_known_nothing_else_can_be_read():
    ids, field = frozenset({"mx.example.net"}), "mx.example.net; dmarc=pass header.from=evil.example"
    found = found_by_server([("authentication-results", field)], ids, "", organizational)
    assert (found.verdict, found.oddities) == (Verdict.NONE, ())


@pytest.mark.parametrize(
    ("verdict", "in_case", "tagged", "handling"),
    [
        (Verdict.PASS, False, False, Handling.FULL),
        (Verdict.PASS, True, False, Handling.FULL),
        (Verdict.NONE, False, False, Handling.GUARDED),
        (Verdict.NONE, True, False, Handling.GUARDED),
        (Verdict.NONE, True, True, Handling.FULL),
        (Verdict.FAIL, False, False, Handling.STAFF),
        (Verdict.FAIL, True, False, Handling.STAFF),
        (Verdict.FAIL, True, True, Handling.STAFF),
    ],
)
def test_what_a_mail_may_lead_to_as_shipped(verdict, in_case, tagged, handling):
    assert handling_of(verdict, SHIPPED, in_case=in_case, at_reply_address=tagged) is handling


def test_a_site_may_want_proof_before_a_case_changes():
    careful = SenderPolicy(Handling.FULL, Handling.GUARDED, Handling.GUARDED, untagged_needs_pass=True)
    assert handling_of(Verdict.NONE, careful, in_case=True) is Handling.STAFF
    assert handling_of(Verdict.NONE, careful, in_case=True, at_reply_address=True) is Handling.FULL
    assert handling_of(Verdict.NONE, careful, in_case=False) is Handling.GUARDED
    assert handling_of(Verdict.FAIL, careful, in_case=False) is Handling.GUARDED


POLICIES = st.builds(
    SenderPolicy,
    st.sampled_from([Handling.FULL, Handling.GUARDED]),
    st.sampled_from([Handling.GUARDED, Handling.STAFF]),
    st.sampled_from([Handling.GUARDED, Handling.STAFF]),
    st.booleans(),
)


@holds_for(POLICIES, st.booleans())
def test_no_policy_lets_a_failure_change_a_case_without_its_reply_address(policy, tagged):
    handling = handling_of(Verdict.FAIL, policy, in_case=True, at_reply_address=tagged)
    assert handling is (policy.on_fail if tagged else Handling.STAFF)
    assert handling is not Handling.FULL


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "cannot be told: nothing was checked"),
        (Authentication(), "cannot be told: nothing was checked"),
        (Authentication(source=COMPUTED), "cannot be told: From does not name exactly one mailbox"),
        (
            Authentication(Verdict.PASS, "example.org", COMPUTED, (DKIM,)),
            "example.org vouches for it (dkim pass of example.org)",
        ),
        (
            Authentication(
                Verdict.FAIL,
                "example.org",
                "mx.example.net",
                (Check("dmarc", "fail", "example.org", "quarantine"),),
            ),
            (
                "not from example.org, which asks to quarantine such mail "
                "(dmarc fail of example.org, says mx.example.net)"
            ),
        ),
        (
            Authentication(Verdict.FAIL, "example.org", COMPUTED, (Check("dmarc", "fail", "example.org"),)),
            "not from example.org, which asks to reject such mail (dmarc fail of example.org)",
        ),
        (
            Authentication(
                Verdict.FAIL, "example.org", "mx.example.net", (Check("dmarc", "pass", "evil.example"),)
            ),
            "not from example.org, as it seems (dmarc pass of evil.example, says mx.example.net)",
        ),
        (
            Authentication(Verdict.NONE, "example.org", "mx\u202e.example", (Check("dkim", "none"),)),
            "cannot be told: nothing speaks for example.org (dkim none, says mx\\u202e.example)",
        ),
        (
            Authentication(Verdict.NONE, "example.org", COMPUTED),
            "cannot be told: nothing speaks for example.org (no results)",
        ),
    ],
)
def test_what_the_staff_reads(found, words):
    assert in_words(found) == words


def test_why_a_mail_is_filed():
    failed = (Check("dmarc", "fail", "example.org"),)
    assert why_not_believed(Authentication(Verdict.FAIL, "example.org", COMPUTED, failed)) == (
        "who wrote it is not proven: it fails DMARC of example.org"
    )
    assert why_not_believed(Authentication(Verdict.FAIL, "example.org")) == (
        "who wrote it is not proven: it seems not to be from example.org"
    )
    assert "this desk asks" in why_not_believed(Authentication())


@holds_for(st.text(max_size=20), st.text(max_size=20))
def test_what_the_staff_reads_is_ascii(domain, source):
    for one in Verdict:
        assert in_words(Authentication(one, domain, source, (Check("dkim", domain, source),))).isascii()


PASSED = Authentication(
    Verdict.PASS, "example.org", "mx.example.net", (Check("dmarc", "pass", "example.org"),)
)
SUBJECT = ("subject", "hello")


def as_read(*fields, found=PASSED, header_read=True):
    return as_it_is_read(found, fields, organizational, header_read=header_read)


def signature(tags="", domain="example.org"):
    return "dkim-signature", f"v=1; a=rsa-sha256; d={domain}; h=from : Subject; {tags} b=x"


def test_a_pass_of_a_mail_with_two_subjects_is_none():
    failed = Authentication(Verdict.FAIL, "example.org")
    assert as_read(SUBJECT) == PASSED
    assert as_read(SUBJECT, SUBJECT, found=failed) == failed
    read = as_read(SUBJECT, ("message-id", "1"), SUBJECT, ("message-id", "2"))
    assert read.verdict is Verdict.NONE
    assert [oddity.split()[5] for oddity in read.oddities] == ["message-id", "subject"]


@pytest.mark.parametrize(
    ("fields", "left_open"),
    [
        ([signature()], ""),
        ([signature("l=10;")], "a part of its text"),
        ([signature("l=10;", "mail.example.org"), signature()], "a part of its text"),
        ([signature("l=10;", "example.net")], ""),
        ([("dkim-signature", "d=example.org; h=from:to; b=x")], "its subject"),
        ([("dkim-signature", "d=example.org; b=x")], "its subject"),
        ([("dkim-signature", "nonsense")], ""),
        ([], ""),
    ],
)
def test_a_pass_by_a_signature_that_leaves_something_to_others_is_none(fields, left_open):
    read = as_read(SUBJECT, *fields)
    assert read.verdict is (Verdict.NONE if left_open else Verdict.PASS)
    assert read.oddities == ((f"its domain vouches for it, but not for {left_open}",) if left_open else ())


def test_what_the_domains_own_servers_hand_over_needs_no_signature():
    by_spf = Authentication(
        Verdict.PASS, "example.org", "mx.example.net", (Check("spf", "pass", "bounces.example.org"),)
    )
    assert as_read(SUBJECT, signature("l=10;"), found=by_spf) == by_spf
    computed = Authentication(Verdict.PASS, "example.org", COMPUTED)
    assert as_read(SUBJECT, signature("l=10;"), found=computed) == computed


def test_a_pass_of_a_mail_whose_header_is_not_read_to_its_end_is_none():
    assert as_read(SUBJECT, header_read=False).verdict is Verdict.NONE


def test_a_field_that_a_signature_leaves_open_is_anybodys():
    def sealed(*fields, found=PASSED):
        return is_sealed(found, fields, organizational, "message-id")

    covering = ("dkim-signature", "d=mail.example.org; h=From:Message-Id; b=x")
    assert sealed()
    assert sealed(covering, signature("", "example.net"))
    assert not sealed(signature())
    assert not sealed(covering, signature())
    by_spf = Authentication(Verdict.PASS, "example.org", "mx", (Check("spf", "pass", "example.org"),))
    assert sealed(signature(), found=by_spf)
