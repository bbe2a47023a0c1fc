"""The kinds of secret that people paste, apart from what finds them: who writes a letter about one looks for none."""

from __future__ import annotations

from enum import StrEnum


class SecretKind(StrEnum):
    RECOVERY_CODE = "recovery_code"
    API_TOKEN = "api_token"  # noqa: S105 - names a kind of secret
    HOSTING_TOKEN = "hosting_token"  # noqa: S105 - the same; of a code host or a cloud
    PASSWORD = "password"  # noqa: S105 - names a kind of secret
    TOTP_SECRET = "totp_secret"  # noqa: S105 - names a kind of secret
    RESET_LINK = "reset_link"
    PRIVATE_KEY = "private_key"
    ONE_TIME_CODE = "one_time_code"
