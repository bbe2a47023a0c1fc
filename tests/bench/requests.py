"""The mails of a load: requests to the desk as people write them, plain text, each of them different.

Two requests share neither Message-ID nor sender nor account, and their sentences are put together differently, so that
nothing that is remembered of one makes the next one cheap.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Final

DESK: Final = "recovery@pypi.example"
_OPENINGS: Final = (
    "Hello,\r\n\r\nI cannot log in to PyPI any more and hope that you can help me.",
    "Dear PyPI team,\r\n\r\nsince last week I have no access to my account.",
    "Good morning,\r\n\r\nI am locked out of my account and do not know what to do.",
)
_REASONS: Final = (
    "My phone with the authenticator app fell into a river and is gone for good.",
    "I lost the phone with my authenticator app, and the new one has no tokens on it.",
    "My security key broke, and it was the only second factor that I had.",
    "The laptop that had the authenticator on it was stolen from my car.",
    "I reset my phone and did not think of the authenticator app before I did.",
)
_CODES: Final = (
    "I never generated recovery codes.",
    "The recovery codes were on the same phone, so they are lost as well.",
    "I have no recovery codes left.",
)
_AGREEMENTS: Final = (
    "I agree to follow the PSF Code of Conduct, and I understand that this can take a significant amount of time.",
    "Yes, I will follow the Code of Conduct. I understand that it may take a long time.",
)
_STORY: Final = (
    "I maintain two small packages there that some people at our institute depend on.",
    "The last release went out in spring, and a security fix is waiting for me to upload it.",
    "I still have access to the repository where the code is developed, and to the address I write from.",
    "My colleagues asked me whether they could upload the files for me, but none of them is a maintainer.",
    "I looked through the documentation first, and it sent me here.",
    "If there is anything that I can do to prove that the account is mine, please tell me.",
    "The project was started ten years ago by a student of ours who has left the university since.",
    "There is no hurry from my side, but I would be glad to hear from you.",
    "We are going to use trusted publishing from now on so that this does not happen again.",
)


def sender(number: int, run: str) -> str:
    return f"jo.{run}.{number}@example.org"


def request(number: int, run: str, size: int = 2048) -> bytes:
    """About `size` bytes as they follow DATA, the final dot included."""
    account = f"jo{run}{number}"
    header = (
        f"Received: from mail.example.org (mail.example.org [192.0.2.7]) by mx.example.org with ESMTPS id {number:x}\r\n"
        f"From: Jo Doe {number} <{sender(number, run)}>\r\n"
        f"To: PyPI account recovery <{DESK}>\r\n"
        f"Subject: Locked out of the account {account}\r\n"
        "Date: Sat, 28 Nov 2026 08:15:03 +0100\r\n"
        f"Message-ID: <{number}.{run}.{size}@mail.example.org>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    said = " ".join(
        (
            _of(_OPENINGS, number),
            f"My user name is {account}.",
            _of(_REASONS, number),
            _of(_CODES, number // 3),
            _of(_AGREEMENTS, number // 7),
        )
    )
    end = f"\r\n\r\nKind regards,\r\nJo Doe {number}\r\n.\r\n"
    missing = size - len(header) - len(said) - len(end)
    return f"{header}{_folded(said)}\r\n\r\n{_story(number, missing)}{end}".encode()


def _of(choices: tuple[str, ...], number: int) -> str:
    return choices[number % len(choices)]


def _story(number: int, length: int) -> str:
    """Sentences of about this length in all, begun with another one for each number, a line for each."""
    block = (
        "\r\n".join(islice(cycle(_STORY), number % len(_STORY), number % len(_STORY) + len(_STORY))) + "\r\n"
    )
    return (block * (length // len(block) + 1))[: max(0, length)].rstrip("\r\n")


def _folded(text: str) -> str:
    return text.replace(". ", ".\r\n")
