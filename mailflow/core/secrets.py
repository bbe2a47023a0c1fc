"""Finds and masks what nobody should have mailed: recovery codes, tokens, passwords, TOTP seeds, reset links, keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SecretKind(StrEnum):
    RECOVERY_CODE = "recovery_code"
    API_TOKEN = "api_token"
    HOSTING_TOKEN = "hosting_token"  # of a code host or a cloud
    PASSWORD = "password"
    TOTP_SECRET = "totp_secret"
    RESET_LINK = "reset_link"
    PRIVATE_KEY = "private_key"


@dataclass(frozen=True, slots=True)
class Secret:
    kind: SecretKind
    start: int  # characters in the text it was found in
    end: int
