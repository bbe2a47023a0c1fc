"""Tokens that show by what they begin with, as the services that give them out document it."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]  # characters of a text
_LETTERS = r"0-9A-Za-z_\u00c0-\u02ff\u0370-\u10ff\u1e00-\u1fff"  # and digits: Latin, Greek, Cyrillic, Hebrew, Arabic and more
# Characters of the shortest thing below that has neither spaces nor a name: "pypi-AgE" and five more.
LEAST_TOKEN = 13

# What a token begins with, and its whole form. Sources: the services' documentation.
API_TOKENS = (
    ("pypi-", r"pypi-(?:AgE[\w-]{5,}|(?=[a-z_-]{0,60}[A-Z0-9])[\w-]{40,})"),  # PyPI: a macaroon in base64
    ("npm_", r"npm_[A-Za-z0-9]{20,}"),
    ("rubygems_", r"rubygems_[0-9a-f]{32,}"),
    ("cio", r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),  # crates.io
    ("oy2", r"oy2[a-z0-9]{43}"),  # NuGet
    ("k_live_", r"[prs]k_live_[A-Za-z0-9]{10,}"),  # Stripe
    ("k_test_", r"[prs]k_test_[A-Za-z0-9]{10,}"),
    ("xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),  # Slack
    ("xapp-", r"xapp-[A-Za-z0-9-]{10,}"),
    ("sk-", r"sk-(?=[\w-]{0,60}[0-9])[\w-]{20,}"),  # OpenAI and others
    ("SG.", r"(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}"),  # SendGrid
    ("whsec_", r"whsec_[A-Za-z0-9+/=]{20,}"),  # Stripe, and others that sign what they send
    ("key-", r"key-[0-9a-f]{32}"),  # Mailgun
    ("xkeysib-", r"xkeysib-[0-9a-f]{40,}(?:-\w{8,})?"),  # Brevo
    ("xsmtpsib-", r"xsmtpsib-[0-9a-f]{40,}(?:-\w{8,})?"),
    ("-us", r"[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),  # Mailchimp
    ("SK", r"SK[0-9a-f]{32}(?![A-Za-z0-9])"),  # Twilio
    ("shp", r"shp(?:at|ca|pa|ss|tka|ua)_[0-9a-fA-F]{32}"),  # Shopify
    ("sq0", r"sq0[a-z]{3}-[\w-]{22,}"),  # Square
    ("shippo_", r"shippo_(?:live|test)_[0-9a-f]{40}"),
    ("lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),  # Linear
    ("ntn_", r"ntn_[A-Za-z0-9]{40,}"),  # Notion
    ("secret_", r"secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])"),  # Notion, before 2024
    ("figd_", r"figd_[\w-]{30,}"),  # Figma
    ("PMAK-", r"PMAK-[0-9a-f]{20,}-[0-9a-f]{30,}"),  # Postman
    ("tfp_", r"tfp_[\w.-]{40,}"),  # Typeform
    ("pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),  # Airtable
    ("sntry", r"sntry[su]_[\w+/=-]{40,}"),  # Sentry
    ("glsa_", r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"),  # Grafana
    ("glc_", r"glc_[A-Za-z0-9+/=]{32,}"),
    ("NRAK-", r"NR(?:AK|JS)-[A-Za-z0-9]{19,}"),  # New Relic
    ("dt0c01.", r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),  # Dynatrace
    ("phx_", r"phx_[A-Za-z0-9_]{40,}"),  # PostHog
    ("gsk_", r"gsk_[A-Za-z0-9]{40,}"),  # Groq
    ("xai-", r"xai-[A-Za-z0-9]{40,}"),
    ("pplx-", r"pplx-[A-Za-z0-9]{32,}"),  # Perplexity
    ("r8_", r"r8_[A-Za-z0-9]{32,}"),  # Replicate
    ("CLOJARS_", r"CLOJARS_[A-Za-z0-9]{40,}"),
    ("AKCp", r"AKCp[A-Za-z0-9]{60,}"),  # JFrog Artifactory
    ("cmVmd", r"cmVmd[A-Za-z0-9]{50,}"),
    ("A3-", r"A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}"),  # 1Password, of an account
    ("ops_eyJ", r"ops_eyJ[\w+/=-]{60,}"),  # 1Password, of a service
    ("EAA", r"EAA[A-Za-z0-9_-]{57,}"),  # Facebook, Square
    (20 * "A", r"A{20,}[\w%]{60,}"),  # X
    ("hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{20,}"),
    ("api/webhooks/", r"api/webhooks/[0-9]{15,}/[\w-]{40,}"),  # Discord
    ("eyJ", r"(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]{0,2000})?"),  # JSON Web Token
    (":AA", r"[0-9]{8,10}:AA[\w-]{32,}"),  # Telegram
)
HOSTING_TOKENS = (
    ("gh", r"gh[oprsu]_[A-Za-z0-9]{16,}"),  # GitHub
    ("github_pat_", r"github_pat_\w{20,}"),
    ("gl", r"gl(?:pat|dt|rt|rtr|ptt|cbt|ft|soat|oas|imt|agent|ffct|wt)-[\w.-]{16,}"),  # GitLab
    ("ATBB", r"ATBB[A-Za-z0-9]{24,}"),  # Bitbucket
    ("ATATT3", r"ATATT3[\w=.-]{20,}"),  # Atlassian
    ("ATCTT3", r"ATCTT3[\w=.-]{20,}"),
    ("AKIA", r"AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),  # AWS
    ("ASIA", r"ASIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ABIA", r"ABIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ABSK", r"ABSK[A-Za-z0-9+/=]{60,}"),
    ("X-Amz-S", r"X-Amz-(?:Signature|Security-Token)=[\w%+/=-]{32,}"),
    ("AIza", r"AIza[\w-]{20,}"),  # Google Cloud
    ("GOCSPX-", r"GOCSPX-[\w-]{20,}"),
    ("ya29.", r"ya29\.[\w-]{20,}"),
    ("1//0", r"1//0[\w-]{40,}"),
    ("X-Goog-S", r"X-Goog-Signature=[0-9a-f]{64,}"),
    ("_v1_", r"do[opr]_v1_[0-9a-f]{32,}"),  # DigitalOcean
    ("AVNS_", r"AVNS_[\w-]{15,}"),  # DigitalOcean and Aiven, of a database
    ("hf_", r"hf_(?:[A-Za-z]{30,}|(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9]{20,})"),  # Hugging Face
    ("api_org_", r"api_org_[A-Za-z0-9]{30,}"),
    ("dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}"),  # Docker Hub
    ("AccountKey=", r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}"),  # Azure
    ("SharedAccessKey=", r"SharedAccessKey=[A-Za-z0-9+/]{40,}={0,2}"),
    ("sig=", r"sig=[A-Za-z0-9%+/_-]{30,}={0,2}"),
    ("Q~", r"[\w.~]{3}[0-9]Q~[\w.~-]{31,34}"),
    ("AZDO", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])"),
    ("HRKU-", r"HRKU-[\w-]{30,}"),  # Heroku
    ("nf", r"nf[cpu]_[A-Za-z0-9]{30,}"),  # Netlify
    ("fo1_", r"fo1_[\w-]{40,}"),  # Fly.io
    ("fm", r"fm[12][ar]?_[\w+/=-]{100,}"),
    ("rnd_", r"rnd_[A-Za-z0-9]{28,}"),  # Render
    ("hvs.", r"hv[sbr]\.[\w-]{24,}"),  # HashiCorp Vault
    (".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}"),  # HCP Terraform
    ("pul-", r"pul-[0-9a-f]{40}"),  # Pulumi
    ("pnu_", r"pn[ub]_[A-Za-z0-9]{36}"),  # Prefect
    ("dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,}"),  # Doppler
    ("pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}"),  # PlanetScale
    ("sbp_", r"sbp_[0-9a-f]{40}"),  # Supabase
    ("sb_secret_", r"sb_secret_[\w-]{20,}"),
    ("dapi", r"dapi[0-9a-f]{32}(?:-[0-9])?"),  # Databricks
    ("sgp_", r"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}"),  # Sourcegraph
    ("CCIPAT_", r"CCIPAT_[A-Za-z0-9]{20,}_[0-9a-f]{40}"),  # CircleCI
    ("bkua_", r"bkua_[0-9a-f]{40}"),  # Buildkite
    ("v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}"),  # Cloudflare
    ("AQVN", r"AQVN[\w-]{35,}"),  # Yandex Cloud
    ("y0_", r"y0_[\w-]{50,}"),
    ("AKID", r"AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])"),  # Tencent Cloud
    ("LTAI", r"LTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])"),  # Alibaba Cloud
)

# Each form behind no letter or digit. What can be looked for first is the piece, which saves a look at each character.
_ALONE = {
    form: re.compile(
        rf"{piece}(?<![A-Za-z0-9]{piece}){form.removeprefix(piece)}"
        if form.startswith(piece)
        else rf"(?<![A-Za-z0-9])(?:{form})",
        re.ASCII,
    )
    for piece, form in (*API_TOKENS, *HOSTING_TOKENS)
}
# Discord's bots have no piece of their own: the number of the bot and a time in base64, then a digest.
_DISCORD = re.compile(r"[MNO](?<![\w-][MNO])[\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}", re.ASCII)

_WHOLE = "(?![A-Za-z0-9])"  # ends a form of which all are of one length
_FULL_LINE = 50  # characters: a mail program has broken it
_LEAST_REST = 16

_AWS_PLACE = re.compile(r"aws|secret[ _-]?access|(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}", re.IGNORECASE)
_AWS_PIECES = ("AKIA", "ASIA", "aws", "AWS", "ecret", "ECRET")
_AWS_LIKE = re.compile(r"[A-Za-z0-9/+]{40}")
_AWS_SECRET = re.compile(rf"(?<![\w/+]){_AWS_LIKE.pattern}(?![\w/+=])")
_AWS_REACH = 300  # characters between the halves of a key
# A line of its own, and no setting such as "RELEASE=1f0e": in base64 a "=" only ends what it stands in.
_WRAPPED = re.compile(
    r"\r?\n[> \t]{0,8}(?![A-Za-z]\w{0,60}=[\w./-])([\w+/=.~%&?-]{8,})[ \t]*(?=\r?\n|$)", re.ASCII
)


# What somebody left out of the middle: "pypi-AgEI[...]x2Yz".
_CUT = re.compile(r"(?:\[(?:\.{2,3}|…)\]|\.{3}|…|\(\.{3}\))([\w-]{6,})")


# Of what follows, `long_words` are the words of the text that are as long as a token, a line each.


def parted(pattern: str) -> str:
    r"""A pattern whose `\w` (in classes, or behind a dot) are letters of scripts that part words: what stands glued to "代码" begins there."""
    return pattern.replace(r"\.\w", rf"\.[{_LETTERS}]").replace(r"\w", _LETTERS)


def api_tokens(text: str, long_words: str) -> Iterator[Span]:
    yield from _tokens(text, long_words, API_TOKENS)
    if _DISCORD.search(long_words):
        yield from (found.span() for found in _DISCORD.finditer(text))


def hosting_tokens(text: str, long_words: str) -> Iterator[Span]:
    yield from _tokens(text, long_words, HOSTING_TOKENS)
    # The secret half of an AWS key has no form of its own: forty characters near its name or its other half.
    if not any(piece in text for piece in _AWS_PIECES) or not _AWS_LIKE.search(long_words):
        return
    seen = 0
    for place in _AWS_PLACE.finditer(text):
        for found in _AWS_SECRET.finditer(text, max(seen, place.end()), place.end() + _AWS_REACH):
            if is_mixed(found[0]):
                yield found.span()
        seen = place.end() + _AWS_REACH - 50


def tokens(text: str) -> list[Span]:
    """Those that show by their form alone, of whatever service."""
    return [*_tokens(text, text, API_TOKENS), *_tokens(text, text, HOSTING_TOKENS)]


def _tokens(text: str, long_words: str, forms: tuple[tuple[str, str], ...]) -> Iterator[Span]:
    for piece, form in forms:
        end = 0
        for found in _ALONE[form].finditer(text) if piece in long_words else ():
            if found.end() <= end:  # a line of one that was broken; to follow each of them would be quadratic
                continue
            if (
                len(set(found[0][len(piece) :])) > 3
            ):  # "ghp_xxxxxxxxxxxxxxxxxxxx" stands for a token and is none
                end = unwrapped(text, found)
                cut = _CUT.match(text, end)
                end = cut.end() if cut and is_opaque(cut[1]) else end
                yield found.start(), end


def unwrapped(text: str, found: re.Match[str]) -> int:
    """The end of what a mail program has broken over several lines."""
    end = found.end()
    width = end - text.rfind("\n", 0, found.start()) - 1
    whole = found.re.pattern.endswith(_WHOLE)
    while (more := _WRAPPED.match(text, end)) and _goes_on(more[1], width, whole=whole):
        end, width = more.end(1), len(more[1])
    return end


def _goes_on(line: str, width: int, *, whole: bool) -> bool:
    """Whether a line goes on with a token: behind a full one, or as long and as mixed as no name is."""
    if width > _FULL_LINE:
        return is_opaque(line)
    return not whole and len(line) >= _LEAST_REST and is_mixed(line)


def inner(found: re.Match[str]) -> Span:
    """Where the group stands that matched, of several of which one does; or the whole, if none of them did."""
    return found.span(found.lastindex or 0)


def is_opaque(word: str) -> bool:
    """A digit, or a capital letter behind the first: no common word."""
    return any(map(str.isdigit, word)) or any(map(str.isupper, word[1:]))


def is_mixed(word: str) -> bool:
    """Capital and small letters and digits: no hash and no word."""
    return any(map(str.isupper, word)) and any(map(str.islower, word)) and any(map(str.isdigit, word))
