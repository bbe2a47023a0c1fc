"""Tokens by the forms that their services document, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.core.secret_texts import ALNUM, API, HEX, HOSTING, found, masked

LETTERS = "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"
LONG = ALNUM * 4
TOKENS = [
    (API, "whsec_" + ALNUM),
    (API, "xkeysib-" + HEX * 2 + "-aB3dE5fG7hJ9kL1m"),
    (API, "xsmtpsib-" + HEX * 2),
    (API, HEX + "-us12"),
    (API, "SK" + HEX),
    (API, "shpca_" + HEX),
    (API, "sq0atp-" + ALNUM),
    (API, "shippo_live_" + HEX + HEX[:8]),
    (API, "lin_oauth_" + ALNUM),
    (API, "ntn_" + ALNUM + ALNUM[:14]),
    (API, "secret_" + ALNUM + ALNUM[:11]),
    (API, "figd_" + ALNUM),
    (API, "PMAK-" + HEX[:24] + "-" + HEX + "01"),
    (API, "tfp_" + ALNUM + "_" + ALNUM),
    (API, "pat" + ALNUM[:14] + "." + HEX * 2),
    (API, "sntrys_" + ALNUM * 2),
    (API, "glsa_" + ALNUM + "_" + HEX[:8]),
    (API, "glc_" + ALNUM),
    (API, "NRAK-" + ALNUM[:27]),
    (API, "dt0c01." + ALNUM[:24].upper() + "." + (ALNUM * 2).upper()),
    (API, "phx_" + ALNUM + ALNUM[:11]),
    (API, "gsk_" + ALNUM + ALNUM[:20]),
    (API, "xai-" + ALNUM * 2),
    (API, "pplx-" + ALNUM + "abcd"),
    (API, "r8_" + ALNUM + "abcde"),
    (API, "CLOJARS_" + ALNUM * 2),
    (API, "AKCp" + ALNUM * 2),
    (API, "cmVmd" + ALNUM * 2),
    (API, "A3-AB12CD-34EF56-GH78J-9KLMN-0PQRS-T1UVW"),
    (API, "ops_eyJ" + ALNUM * 2),
    (API, "EAA" + ALNUM * 3),
    (API, "A" * 22 + ALNUM * 2),
    (API, "hooks.slack.com/services/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"),
    (API, "api/webhooks/123456789012345678/" + LONG[:68]),
    (API, "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gab12C." + ALNUM + "abcdef"),
    (HOSTING, "ABIA" + "QZ7EXAMPLE3WXYZ4"),
    (HOSTING, "ABSK" + ALNUM * 3),
    (HOSTING, "X-Amz-Signature=" + HEX * 2),
    (HOSTING, "X-Goog-Signature=" + HEX * 4),
    (HOSTING, "AIza" + ALNUM[:24]),
    (HOSTING, "1//0" + ALNUM * 2),
    (HOSTING, "AVNS_" + ALNUM[:19]),
    (HOSTING, "hf_" + LETTERS),
    (HOSTING, "api_org_" + LETTERS),
    (HOSTING, "dckr_oat_" + ALNUM),
    (HOSTING, "SharedAccessKey=" + ALNUM + ALNUM[:11] + "="),
    (HOSTING, "sig=" + ALNUM + "%2BaB3dE5%3D"),
    (HOSTING, "abc8Q~" + ALNUM + "ab"),
    (HOSTING, LONG[:76] + "AZDOx1y2"),
    (HOSTING, "nfc_" + ALNUM + "ab"),
    (HOSTING, "fm2_" + LONG),
    (HOSTING, "rnd_" + ALNUM),
    (HOSTING, "hvs." + ALNUM),
    (HOSTING, ALNUM[:14] + ".atlasv1." + ALNUM * 2),
    (HOSTING, "pul-" + HEX + HEX[:8]),
    (HOSTING, "pnu_" + ALNUM + "abcd"),
    (HOSTING, "dp.pt." + ALNUM + ALNUM[:11]),
    (HOSTING, "pscale_tkn_" + ALNUM + "abc"),
    (HOSTING, "sbp_" + HEX + HEX[:8]),
    (HOSTING, "sb_secret_" + ALNUM),
    (HOSTING, "dapi" + HEX),
    (HOSTING, "sgp_" + HEX[:16] + "_" + HEX + HEX[:8]),
    (HOSTING, "CCIPAT_" + ALNUM[:22] + "_" + HEX + HEX[:8]),
    (HOSTING, "bkua_" + HEX + HEX[:8]),
    (HOSTING, "v1.0-" + HEX[:24] + "-" + HEX * 4),
    (HOSTING, "AQVN" + ALNUM + "abcd"),
    (HOSTING, "y0_" + ALNUM * 2),
    (HOSTING, "AKID" + ALNUM),
    (HOSTING, "glrtr-" + ALNUM[:20]),
]


@pytest.mark.parametrize(("kind", "token"), TOKENS)
@pytest.mark.parametrize("text", ["it is {} as I said", "x: '{}'\n", "\n> {}\n"])
def test_a_token_of_a_known_form_is_found(kind, token, text):
    assert found(text.format(token)) == [(kind, token)]


@pytest.mark.parametrize(
    "text",
    [
        "hf_transformers_pretrained_model_names",
        "https://hooks.slack.com/docs",
        f"https://example.org/?sig={HEX[:8]}",
        "SKELETON and SK2024 are projects",
        "pat.example.org and hvs.example.org",
        "the 1//0 of it",
        "MTA.short.one",
    ],
)
def test_what_only_begins_like_a_token_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (f"It is pypi-AgEIcHlwaS5vcmc{ALNUM}...{ALNUM[:6]}.", f"pypi-AgEIcHlwaS5vcmc{ALNUM}...{ALNUM[:6]}"),
        (f"npm_{ALNUM}[…]{ALNUM[:6]}", f"npm_{ALNUM}[…]{ALNUM[:6]}"),
        (f"npm_{ALNUM}...aB3d", f"npm_{ALNUM}"),
        (f"I have npm_{ALNUM}...whatever", f"npm_{ALNUM}"),
        # What only stands for a token holds three characters at most.
        (f"npm_{'x' * 30}\nnpm_{ALNUM}", f"npm_{ALNUM}"),
        (f"npm_{'abc' * 12} is none, npm_{'abcd' * 9} may be", f"npm_{'abcd' * 9}"),
        ("The shortest one: pypi-AgEIcHlw", "pypi-AgEIcHlw"),
    ],
)
def test_a_token_goes_on_behind_what_was_left_out_and_is_more_than_a_few_characters(text, token):
    assert found(text) == [(API, token)]


def test_a_broken_token_does_not_go_on_in_a_setting():
    text = f"PYPI_TOKEN=pypi-AgEIcHlwaS5vcmcCJD{ALNUM * 3}\nSENTRY_RELEASE={HEX}{HEX[:8]}\nDEBUG=False\n"
    assert masked(text) == f"PYPI_TOKEN=[API token removed]\nSENTRY_RELEASE={HEX}{HEX[:8]}\nDEBUG=False\n"


REST = "aB3dE5fG7hJ9kL1m"  # as long and as mixed as what goes on behind a break by hand has to be


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"pypi-AgEIcHlwaS5vcmc\n{REST}\n", "\n"),
        (f"> pypi-AgEIcHlwaS5vcmc\n> {REST}\n", "> \n"),
        (f"pypi-AgEIcHlwaS5vcmc\n{REST}\n{REST}", ""),
        (f"pypi-AgEIcHlwaS5vcmc\n{REST[1:]}", f"\n{REST[1:]}"),
        (f"pypi-AgEIcHlwaS5vcmc\n{REST.lower()}", f"\n{REST.lower()}"),
        (f"pypi-AgEIcHlwaS5vcmc\n{REST} is it", f"\n{REST} is it"),
        (f"SK{HEX}\n{REST}", f"\n{REST}"),
    ],
)
def test_a_token_broken_by_hand_goes_on_where_a_line_is_like_no_name(text, kept):
    assert masked(text).replace("[API token removed]", "") == kept
