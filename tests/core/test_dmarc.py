"""DMARC records and alignment (RFC 7489)."""

import pytest

from mailflow.core.authresults import Check
from mailflow.core.dmarc import Record, is_aligned, record_of, speaks_for


def organizational(domain):
    return ".".join(domain.split(".")[-2:])


@pytest.mark.parametrize(
    ("texts", "record"),
    [
        (["v=DMARC1; p=reject"], Record("reject", "reject")),
        (["v=DMARC1; p=quarantine; sp=none; adkim=s; aspf=s"], Record("quarantine", "none", True, True)),
        (["V = dmarc1 ; P = Reject; sp=never"], Record("reject", "reject")),
        (["v=spf1 -all", "v=DMARC1;p=none"], Record("none", "none")),
        (["v=DMARC1; p=reject; pct=0"], Record("quarantine", "quarantine")),
        (["v=DMARC1; p=quarantine; t=y"], Record("none", "none")),
        (["v=DMARC1; p=none; pct=0"], Record("none", "none")),
        (["v=DMARC1; p=rejct; rua=mailto:a@example.org"], Record("none", "none")),
        (["v=DMARC1; p=rejct"], None),
        (["v=DMARC1"], None),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], None),
        (["v=DMARC10; p=reject"], None),
        ([], None),
    ],
)
def test_a_record_is_read(texts, record):
    assert record_of(texts) == record


def test_the_policy_of_subdomains_may_differ():
    record = Record("reject", "none")
    assert record.asks(below=False) == "reject"
    assert record.asks(below=True) == "none"


@pytest.mark.parametrize(
    ("domain", "author", "relaxed", "strict"),
    [
        ("example.org", "example.org", True, True),
        ("mail.example.org", "example.org", True, False),
        ("example.org", "mail.example.org", True, False),
        ("evil.example", "example.org", False, False),
        ("notexample.org", "example.org", False, False),
        ("", "example.org", False, False),
        ("", "", False, False),
    ],
)
def test_alignment_is_of_organizational_domains_or_exact(domain, author, relaxed, strict):
    assert is_aligned(domain, author, organizational) is relaxed
    assert is_aligned(domain, author, organizational, strict=True) is strict


def test_only_what_passes_and_is_aligned_speaks_for_a_domain():
    def speaks(*checks, record=None):
        return speaks_for(checks, "example.org", record, organizational)

    assert speaks(Check("dkim", "fail", "example.org"), Check("spf", "pass", "mail.example.org"))
    assert not speaks(Check("dkim", "pass", "example.net"), Check("spf", "softfail", "example.org"))
    assert not speaks(Check("dmarc", "pass", "example.org"))
    strict = Record("reject", "reject", strict_dkim=True)
    assert not speaks(Check("dkim", "pass", "mail.example.org"), record=strict)
    assert speaks(Check("spf", "pass", "mail.example.org"), record=strict)
