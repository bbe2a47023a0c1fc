"""Secrets that show by their form alone: tokens with a prefix, links that reset, addresses with a password, keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

Span = tuple[int, int]  # characters of a text
LEAST_TOKEN = (
    13  # characters of the shortest thing below that has neither spaces nor a name: "pypi-AgE" and five more
)

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
    ("key-", r"key-[0-9a-f]{32}"),  # Mailgun
    ("shpat_", r"shpat_[0-9a-f]{32}"),  # Shopify
    ("lin_api_", r"lin_api_[A-Za-z0-9]{32,}"),  # Linear
    ("eyJ", r"(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]{0,2000})?"),  # JSON Web Token
    (":AA", r"[0-9]{8,10}:AA[\w-]{32,}"),  # Telegram
)
HOSTING_TOKENS = (
    ("gh", r"gh[oprsu]_[A-Za-z0-9]{16,}"),  # GitHub
    ("github_pat_", r"github_pat_\w{20,}"),
    ("gl", r"gl(?:pat|dt|rt|ptt|cbt|ft|soat|oas|imt|agent|ffct)-[\w.-]{16,}"),  # GitLab
    ("ATBB", r"ATBB[A-Za-z0-9]{24,}"),  # Bitbucket
    ("ATATT3", r"ATATT3[\w=.-]{20,}"),  # Atlassian
    ("ATCTT3", r"ATCTT3[\w=.-]{20,}"),
    ("AKIA", r"AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),  # AWS
    ("ASIA", r"ASIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("AIza", r"AIza[\w-]{30,}"),  # Google Cloud
    ("GOCSPX-", r"GOCSPX-[\w-]{20,}"),
    ("ya29.", r"ya29\.[\w-]{20,}"),
    ("_v1_", r"do[opr]_v1_[0-9a-f]{32,}"),  # DigitalOcean
    ("hf_", r"hf_(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9]{20,}"),  # Hugging Face
    ("dckr_pat_", r"dckr_pat_[\w-]{20,}"),  # Docker Hub
    ("AccountKey=", r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}"),  # Azure
    ("HRKU-", r"HRKU-[\w-]{30,}"),  # Heroku
    ("nfp_", r"nfp_[A-Za-z0-9]{30,}"),  # Netlify
    ("fo1_", r"fo1_[\w-]{40,}"),  # Fly.io
    ("LTAI", r"LTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])"),  # Alibaba Cloud
)

Forms = tuple[tuple[str, re.Pattern[str]], ...]


def _compiled(forms: tuple[tuple[str, str], ...]) -> Forms:
    return tuple((piece, re.compile(_alone(piece, form), re.ASCII)) for piece, form in forms)


def _alone(piece: str, form: str) -> str:
    """The form behind no letter or digit: what is looked for first is the piece, which saves a look at each character."""
    if not form.startswith(piece):
        return rf"(?<![A-Za-z0-9])(?:{form})"
    return rf"{re.escape(piece)}(?<![A-Za-z0-9]{re.escape(piece)}){form.removeprefix(piece)}"


_API_TOKENS = _compiled(API_TOKENS)
_HOSTING_TOKENS = _compiled(HOSTING_TOKENS)

_AWS_PLACE = re.compile(r"aws|secret[ _-]?access|(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}", re.IGNORECASE)
_AWS_PIECES = ("AKIA", "ASIA", "aws", "AWS", "ecret", "ECRET")
_AWS_LIKE = re.compile(r"[A-Za-z0-9/+]{40}")
_AWS_SECRET = re.compile(rf"(?<![\w/+]){_AWS_LIKE.pattern}(?![\w/+=])")
_AWS_REACH = 300  # characters between the halves of a key
_WRAPPED = re.compile(r"\r?\n[> \t]{0,8}([\w+/=.~%&?-]{8,})[ \t]*(?=\r?\n|$)", re.ASCII)

_URL = re.compile(
    r"(?<![a-z0-9.+-])(?:[a-z][a-z0-9+.-]{1,15}://|www\.|(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,18}/)"
    r"[^\s<>\"'`|\\^{}\[\]]+",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"://([^\s/@?#:]{0,200}:[^\s/@]{1,200}|[^\s/@?#:]{20,200})@")
_RESET_WORDS = (
    "reset", "recover", "forgot", "passw", "verif", "confirm", "activat", "magic", "unlock", "onetime", "one-time", "invit",
)  # fmt: skip
_RESET_WORD = re.compile("|".join(_RESET_WORDS), re.IGNORECASE)
_TOKEN_PARAMETER = re.compile(r"[?&#;/][a-z_-]{0,20}token[a-z_-]{0,20}=[^&#\s]{16,}", re.IGNORECASE)
_ANY_PARAMETER = re.compile(
    r"[?&#;](?:code|key|[kthcpuq]|id|uid|uidb64|sig|signature|hash|otp|ticket|secret|link|oobcode)=([^&#\s]{16,})",
    re.IGNORECASE,
)
_SEGMENT = re.compile(r"/([\w.~=+:-]{20,})")
_CODE_HOST = re.compile(
    r"/(?:commits?|tree|blob|src|branch(?:es)?|raw|pull|merge_requests|compare|issues|releases|rev|changeset)/",
    re.IGNORECASE,
)

_KEY_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|PuTTY-User-Key-File-\d")
_KEY_END = re.compile(
    r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-MAC: [0-9a-f]{1,128}"
)
_KEY_LINE = re.compile(
    r"[> \t]{0,8}(?:[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{0,15}={1,2}"
    r"|(?:Proc-Type|DEK-Info|Encryption|Comment|Version|Hash|Key-Derivation|Public-Lines|Private-Lines): ?[^\n]{0,200}"
    r"|)[ \t]*\r?(?:\n|$)"
)
_KEY_TEXT = re.compile(r"[> \t]{0,8}[A-Za-z0-9+/=]{8,}[ \t]*\r?")
_KEY_ON_ONE_LINE = re.compile(r"(?:[ \t]+[A-Za-z0-9+/=]{16,})+")
_KEY_LENGTH = 20_000  # characters, at most
_AGE_KEY = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20,}")


# Of what follows, `long_words` are the words of the text that are as long as a token, a line each.


def api_tokens(text: str, long_words: str) -> Iterator[Span]:
    yield from _tokens(text, long_words, _API_TOKENS)


def hosting_tokens(text: str, long_words: str) -> Iterator[Span]:
    yield from _tokens(text, long_words, _HOSTING_TOKENS)
    # The secret half of an AWS key has no form of its own: forty characters near its name or its other half.
    if not any(piece in text for piece in _AWS_PIECES) or not _AWS_LIKE.search(long_words):
        return
    seen = 0
    for place in _AWS_PLACE.finditer(text):
        for found in _AWS_SECRET.finditer(text, max(seen, place.end()), place.end() + _AWS_REACH):
            if is_mixed(found[0]):
                yield found.span()
        seen = place.end() + _AWS_REACH - 50


def _tokens(text: str, long_words: str, forms: Forms) -> Iterator[Span]:
    for piece, form in forms:
        end = 0
        for found in form.finditer(text) if piece in long_words else ():
            if found.end() <= end:  # a line of one that was broken; to follow each of them would be quadratic
                continue
            if (
                len(set(found[0][len(piece) :])) > 3
            ):  # "ghp_xxxxxxxxxxxxxxxxxxxx" stands for a token and is none
                end = _unwrapped(text, found)
                yield found.start(), end


def _unwrapped(text: str, found: re.Match[str]) -> int:
    """The end of what a mail program has broken over several lines."""
    end = found.end()
    width = end - text.rfind("\n", 0, found.start()) - 1
    while width > 50 and (more := _WRAPPED.match(text, end)) and is_opaque(more[1]):
        end, width = more.end(1), len(more[1])
    return end


def is_opaque(word: str) -> bool:
    """A digit, or a capital letter behind the first: no common word."""
    return any(c.isdigit() for c in word) or any(c.isupper() for c in word[1:])


def is_mixed(word: str) -> bool:
    """Capital and small letters and digits: no hash and no word."""
    return (
        any(c.isupper() for c in word) and any(c.islower() for c in word) and any(c.isdigit() for c in word)
    )


# What a web front end of a code host shows: cgit, gitweb, GitLab, Gitea.
_REVISION = re.compile(
    r"/(?:tag|log|refs|plain|diff|shortlog|summary|archive)/?\?[^#\s]{0,200}?\b(?:h|id|ref|branch)=|\?p=[^#\s]{1,100}\.git\b",
    re.IGNORECASE,
)


def reset_links(text: str, long_words: str) -> Iterator[Span]:
    """Links that open an account to whoever has them."""
    if not _may_open(long_words):
        return
    for found in _links(text, long_words):
        if _opens(unquote(found[0])):
            end = _unwrapped(text, found)
            yield found.start(), end if end > found.end() else found.start() + len(found[0].rstrip(".,;:!?)"))


def _links(text: str, long_words: str) -> Iterator[re.Match[str]]:
    place = 0
    for word in long_words.split("\n"):
        place = text.index(word, place)
        if "/" in word and _may_open(word):
            yield from _URL.finditer(text, place, place + len(word))
        place += len(word)


def _may_open(text: str) -> bool:
    """Whether it has a word that every link that opens an account has, or an escape that may hide one: few texts do."""
    low = text.casefold() if text.isascii() else text.casefold().replace("\u0307", "").replace("ı", "i")
    return "%" in low or any(word in low for word in (*_RESET_WORDS, "token"))


def _opens(url: str) -> bool:
    if _CODE_HOST.search(url) or _REVISION.search(url):
        return False
    if _TOKEN_PARAMETER.search(url):
        return True
    about = _RESET_WORD.search(url)
    if about is None:
        return False
    long_words = (*_ANY_PARAMETER.findall(url), *_SEGMENT.findall(url, about.start()))
    return any(any(c.isdigit() for c in word) for word in long_words)


def url_passwords(text: str) -> list[Span]:
    """The user and password of `https://user:password@host/`."""
    return [found.span(1) for found in _USERINFO.finditer(text)] if "://" in text and "@" in text else []


def private_keys(text: str) -> Iterator[Span]:
    """Whole keys, and what is left of one that was cut off at either end."""
    if "PRIVATE KEY" in text or "PuTTY-" in text:
        yield from _keys_in_armour(text)
    for found in _AGE_KEY.finditer(text) if "AGE-SECRET-KEY-" in text else ():
        yield found.span()


def _keys_in_armour(text: str) -> Iterator[Span]:
    marks = [(mark, True) for mark in _KEY_BEGIN.finditer(text)]
    marks += [(mark, False) for mark in _KEY_END.finditer(text)]
    marks.sort(key=lambda mark: mark[0].start())
    done = 0  # what stands before it is masked
    for number, (mark, begins) in enumerate(marks):
        following, also_begins = marks[number + 1] if number + 1 < len(marks) else (None, True)
        limit = following.start() if following else len(text)
        if not begins:
            start = _start_of_lines(text, mark.start(), done)
            end = mark.end() if start < mark.start() else done
        elif following and not also_begins and limit - mark.end() <= _KEY_LENGTH:
            start, end = mark.start(), following.end()
        else:
            start, end = mark.start(), _end_of_lines(text, mark.end(), limit)
        if end > done:
            yield start, end
            done = end


def _end_of_lines(text: str, start: int, limit: int) -> int:
    """Where a key ends that was cut off behind."""
    end = beside.end() if (beside := _KEY_ON_ONE_LINE.match(text, start, limit)) else start
    while (line := _KEY_LINE.match(text, end, limit)) and line.end() > end:
        end = line.end()
    while text[end - 1].isspace():
        end -= 1
    return end


def _start_of_lines(text: str, end: int, limit: int) -> int:
    """Where a key begins that was cut off in front."""
    start = text.rfind("\n", limit, end) + 1 or end
    while start > limit:
        line = text.rfind("\n", limit, start - 1) + 1 or limit
        if not _KEY_TEXT.fullmatch(text, line, start - 1):
            break
        start = line
    return start
