"""DKIM, SPF and DMARC as computed, with a DNS server of the test's own."""

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.config import organizational_domain
from mailflow.core.authentication import COMPUTED, Verdict
from mailflow.core.authresults import Check
from mailflow.core.envelope import Envelope
from mailflow.core.mail import parse
from mailflow.edges import sendercheck
from mailflow.edges.dkimcheck import MOST_SIGNATURES, check_signatures
from mailflow.edges.resolving import NotAnsweredError, Questions, made_quick, make_resolver
from mailflow.edges.sendercheck import DnsSenderCheck
from mailflow.steps.app import TemporaryFailure
from tests.zone import BROKEN, HASTY, PATIENT, SILENT, asking, serving, signed

MAIL = b"From: Jo <jo@example.org>\r\nSubject: locked out\r\nTo: desk@desk.example\r\n\r\nHello,\r\n\r\nit is me.\r\n"
CLIENT = "192.0.2.9"


@pytest.fixture
def zone():
    with serving() as zone:
        zone.text("_dmarc.example.org", "v=DMARC1; p=reject")
        zone.text("example.org", "v=spf1 ip4:192.0.2.9 -all")
        zone.key()
        yield zone


@pytest.fixture
def deadline():
    return PATIENT


@pytest.fixture
def settings(zone, deadline):
    return asking(zone, lookups=40, deadline=deadline)


@pytest.fixture
def questions(settings):
    return Questions(make_resolver(settings), settings)


@pytest.fixture
def compute(settings):
    """What is found of a mail; by default its envelope says nothing for the From field."""

    def compute(raw=MAIL, sender="bounces@example.net", remote=CLIENT, helo="mail.example.org", last=False):
        mail = parse(raw, Envelope(sender, ("desk@desk.example",), remote, helo))
        return DnsSenderCheck(settings, organizational_domain).compute(raw, mail, last=last)

    return compute


def results(found):
    return [(check.method, check.result) for check in found.checks]


# ------------------------------------------------------------------------------------------------------------- DMARC


def test_a_signature_of_the_domain_passes(compute):
    found = compute(signed(MAIL))
    assert (found.verdict, found.domain, found.source) == (Verdict.PASS, "example.org", COMPUTED)
    assert found.checks == (
        Check("dkim", "pass", "example.org"),
        Check("dmarc", "pass", "example.org", "reject"),
    )


def test_spf_of_the_domain_passes(compute):
    found = compute(sender="jo@example.org")
    assert found.verdict is Verdict.PASS
    assert ("spf", "pass") in results(found)


def test_nothing_that_speaks_for_the_domain_fails_by_its_policy(compute, zone):
    assert compute().verdict is Verdict.FAIL
    zone.text("_dmarc.example.org", "v=DMARC1; p=none")
    assert compute().verdict is Verdict.NONE
    del zone.records["_dmarc.example.org", "TXT"]
    assert compute().verdict is Verdict.NONE
    assert compute(signed(MAIL)).verdict is Verdict.PASS


def test_the_policy_of_the_domain_above_is_for_those_below(compute, zone):
    below = MAIL.replace(b"jo@example.org", b"jo@mail.example.org")
    assert compute(below).verdict is Verdict.FAIL
    zone.text("_dmarc.example.org", "v=DMARC1; p=reject; sp=none")
    assert compute(below).verdict is Verdict.NONE
    assert compute(signed(below)).verdict is Verdict.PASS
    zone.text("_dmarc.example.org", "v=DMARC1; p=reject; adkim=s")
    assert compute(signed(below)).verdict is Verdict.FAIL


def test_the_mail_of_nobody_asks_nothing(compute, zone):
    found = compute(MAIL.replace(b"Subject", b"From: eve@example.net\r\nSubject"))
    assert (found.verdict, found.domain) == (Verdict.NONE, "")
    assert zone.asked == []


@pytest.mark.parametrize("deadline", [HASTY])
@pytest.mark.parametrize("trouble", [SILENT, BROKEN])
@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("_dmarc.example.org", "bounces@example.net"),
        ("s._domainkey.example.org", "bounces@example.net"),
        ("example.org", "eve@example.org"),
    ],
)
def test_what_cannot_be_told_now_is_asked_again_and_in_the_end_not_known(
    compute, zone, name, sender, trouble
):
    raw = signed(MAIL).replace(b"locked out", b"locked in") if name == "example.org" else signed(MAIL)
    zone.records[name, "TXT"] = trouble
    with pytest.raises(TemporaryFailure):
        compute(raw, sender=sender)
    found = compute(raw, sender=sender, last=True)
    assert found.verdict is Verdict.NONE
    assert ("dmarc", "temperror") in results(found)


def test_a_quick_look_ends_soon_where_the_dns_is_silent(settings, zone, monkeypatch):
    monkeypatch.setattr(sendercheck, "_QUICK", timedelta(seconds=0.2))
    zone.records["_dmarc.example.org", "TXT"] = SILENT
    check = DnsSenderCheck(settings, organizational_domain)
    mail = parse(MAIL, Envelope("x@example.net", (), CLIENT, ""))
    with pytest.raises(TemporaryFailure):
        check.compute(MAIL, mail, last=False, quick=True)
    zone.text("_dmarc.example.org", "v=DMARC1; p=reject")
    assert check.compute(MAIL, mail, last=False).verdict is Verdict.FAIL
    asked = len(zone.asked)
    assert check.compute(MAIL, mail, last=False, quick=True).verdict is Verdict.FAIL
    assert len(zone.asked) == asked  # both remember what was answered


def test_a_quick_look_asks_again_before_its_time_is_over(settings):
    resolver = make_resolver(settings)
    quick = made_quick(resolver)
    assert quick.timeout < sendercheck._QUICK.total_seconds() / 2
    assert quick.timeout <= resolver.timeout == settings.dns_timeout.total_seconds()


def test_trouble_that_changes_nothing_is_no_trouble(compute, zone):
    zone.records["example.org", "TXT"] = BROKEN
    assert compute(signed(MAIL), sender="jo@example.org").verdict is Verdict.PASS


# -------------------------------------------------------------------------------------------------------------- DKIM


def dkim_results(raw, questions, author="example.org"):
    return [check.result for check in check_signatures(raw, author, organizational_domain, questions)]


@pytest.mark.parametrize("body", ["simple", "relaxed"])
@pytest.mark.parametrize("text", [b"it is me.\r\n", b"it \t is   me. \r\n \r\n\r\n", b"", b"\r\n\r\n"])
def test_a_signature_holds_as_its_signer_made_it(questions, body, text):
    raw = MAIL.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + text
    assert dkim_results(signed(raw, body=body), questions) == ["pass"]


def test_what_was_changed_is_told(questions):
    assert dkim_results(signed(MAIL).replace(b"is me", b"is eve"), questions) == ["fail"]
    assert dkim_results(signed(MAIL).replace(b"locked out", b"locked in"), questions) == ["fail"]


def test_without_a_signature_there_is_none(questions):
    assert dkim_results(MAIL, questions) == ["none"]
    assert dkim_results(b"DKIM-Signature: v\r\n" + MAIL, questions) == ["none"]
    assert dkim_results(signed(MAIL, "example.net"), questions) == ["none"]


def test_a_header_that_is_none_is_an_error(questions):
    assert dkim_results(b" begins with a space\r\n\r\n", questions) == ["permerror"]
    assert dkim_results(b"Subject: never ends", questions) == ["permerror"]


def test_a_signature_that_cannot_be_read_is_an_error(questions):
    dated = re.compile(rb" t=[0-9]+;")
    assert dkim_results(dated.sub(b" t=" + b"1" * 5000 + b";", signed(MAIL)), questions) == ["none"]
    assert dkim_results(dated.sub(b" t=" + b"1" * 3500 + b"; x=1;", signed(MAIL)), questions) == ["fail"]
    assert dkim_results(signed(MAIL).replace(b"c=relaxed/", b"c=lax/"), questions) == ["permerror"]


def test_a_key_that_is_not_there_or_not_one_is_an_error(questions, zone):
    zone.text("s._domainkey.example.org", "p=one", "p=two")
    assert dkim_results(signed(MAIL), questions) == ["permerror"]
    zone.text("other._domainkey.example.org", "p=")
    del zone.records["s._domainkey.example.org", "TXT"]
    assert dkim_results(signed(MAIL), questions) == ["permerror"]


# --------------------------------------------------------------------------------------------------------------- SPF


def spf(found):
    return next((check.result for check in found.checks if check.method == "spf"), None)


@pytest.mark.parametrize(
    ("record", "more", "result"),
    [
        ("v=spf1 -all", {}, "fail"),
        ("v=spf1 ~all", {}, "softfail"),
        (
            "v=spf1 include:inner.example.org -all",
            {("inner.example.org", "TXT"): ['"v=spf1 ip4:192.0.2.9 -all"']},
            "pass",
        ),
        ("v=spf1 a -all", {("example.org", "A"): ["192.0.2.9"]}, "pass"),
        (
            "v=spf1 mx -all",
            {("example.org", "MX"): ["10 mx.example.org."], ("mx.example.org", "A"): ["192.0.2.9"]},
            "pass",
        ),
        (
            "v=spf1 ptr -all",
            {("9.2.0.192.in-addr.arpa", "PTR"): ["mx.example.org."], ("mx.example.org", "A"): ["192.0.2.9"]},
            "pass",
        ),
        ("v=spf1 a:one.example a:two.example a:three.example a:four.example -all", {}, "permerror"),
        ("v=spf1 redirect=example.org", {}, "permerror"),
        ("v=spf1 nonsense", {}, "permerror"),
        ("no record of this kind", {}, "none"),
    ],
)
def test_spf_is_what_the_record_says(compute, zone, record, more, result):
    zone.text("example.org", record)
    zone.records.update(more)
    assert spf(compute(sender="jo@example.org")) == result


def test_spf_is_about_the_client_of_our_own_server(compute):
    received = (
        b"Received: from mail.example.org (mail.example.org [%s]) by mx.desk.example; Mon, 2 Mar 2026\r\n"
    )
    assert spf(compute(received % b"192.0.2.9" + MAIL, sender="jo@example.org", remote="127.0.0.1")) == "pass"
    assert spf(compute(received % b"192.0.2.7" + MAIL, sender="jo@example.org", remote="127.0.0.1")) == "fail"
    assert spf(compute(MAIL, sender="jo@example.org", remote="127.0.0.1")) is None


def test_spf_of_another_domain_is_not_asked_for(compute, zone):
    compute(sender="bounces@example.net")
    assert ("example.net", "TXT") not in zone.asked


# ------------------------------------------------------------------------------------------------------- the questions


def test_a_name_that_is_none_has_no_records(questions, zone):
    for name in ("a..b", "x" * 70 + ".example", "\u00fc" * 70 + ".example", ""):
        assert questions.ask(name, "TXT") == []
    assert questions.ask("nothing.example.org", "A") == []


def test_the_questions_of_a_mail_are_counted(settings):
    few = replace(settings, dns_lookups=2)
    asked = Questions(make_resolver(few), few)
    assert asked.texts("example.org")
    assert asked.texts("_dmarc.example.org")
    with pytest.raises(NotAnsweredError):
        asked.texts("example.org")


@pytest.mark.parametrize("deadline", [HASTY])
def test_no_mail_waits_longer_than_its_deadline(settings, zone):
    zone.records["slow.example.org", "TXT"] = SILENT
    asked = Questions(make_resolver(settings), settings)
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(NotAnsweredError):
            asked.texts("slow.example.org")
    assert time.monotonic() - began < 2


def test_what_is_longer_than_any_record_is_cut(questions, zone):
    zone.records["long.example.org", "TXT"] = [" ".join(['"' + "x" * 200 + '"'] * 15)]
    assert questions.texts("long.example.org") == [b"x" * 3000]


def test_the_machines_servers_are_asked_where_none_are_named(settings, monkeypatch, tmp_path):
    machine = replace(settings, dns_servers=())
    monkeypatch.setattr(
        "dns.resolver.Resolver.read_resolv_conf", lambda self, _: setattr(self, "nameservers", ["192.0.2.53"])
    )
    assert make_resolver(machine).nameservers == ["192.0.2.53"]

    def none_there(self, _):
        from dns.resolver import NoResolverConfiguration

        raise NoResolverConfiguration

    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", none_there)
    with pytest.raises(OSError, match="no DNS server"):
        make_resolver(machine)


def test_only_so_many_signatures_are_looked_at(questions, zone):
    raw = signed(MAIL)
    many = raw[: raw.index(b"From:")].replace(b"s=s;", b"s=t;") * 20 + raw
    assert dkim_results(many, questions) == ["permerror"] * MOST_SIGNATURES
