"""The real process computes who wrote a mail: real SMTP in, a real DNS server on loopback."""

from mailflow.core.authentication import Verdict
from tests.daemon.desk import Desk, mail, send
from tests.daemon.smarthost import Smarthost
from tests.zone import serving


def test_a_forged_mail_gets_no_letter_and_the_next_one_does(tmp_path):
    smarthost = Smarthost()
    with serving() as zone:
        zone.text("_dmarc.example.org", "v=DMARC1; p=reject")
        zone.text("example.org", "v=spf1 ip4:192.0.2.9 -all")
        host, port = zone.address
        desk = Desk(
            tmp_path,
            smarthost__host="127.0.0.1",
            smarthost__port=smarthost.port,
            smarthost__tls="off",
            authentication__compute=True,
            authentication__dns_servers=[f"{host}:{port}"],
            authentication__relays=["192.0.2.0/24"],
        )
        try:
            process = desk.start()
            send(process.port, mail(sender="jo@example.org"))
            send(process.port, mail(sender="kim@example.com"))
            assert smarthost.letter("kim@example.com").reference
            process.wait_for("sender_checked", verdict="fail", domain="example.org")
            aside = process.wait_for("set_aside", sender="jo@example.org")
            assert "it fails DMARC of example.org" in aside["why"]
            with desk.stored() as uow:
                assert uow.mails.get(aside["mail"]).authentication.verdict is Verdict.FAIL
            assert process.stop() == 0
            assert not process.told("crashed"), process.text
        finally:
            desk.close()
            smarthost.close()
