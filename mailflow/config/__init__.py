"""`config.toml` as typed, frozen settings; every error of a file is reported at once, each with its key."""

from mailflow.config.loading import ConfigErrors, load
from mailflow.config.packaged import is_installed, organizational_domain, shipped
from mailflow.config.settings import (
    Authentication,
    Case,
    Config,
    Database,
    Desk,
    Digest,
    Log,
    Smarthost,
    Smtp,
    restart_needed,
)

__all__ = [
    "Authentication",
    "Case",
    "Config",
    "ConfigErrors",
    "Database",
    "Desk",
    "Digest",
    "Log",
    "Smarthost",
    "Smtp",
    "is_installed",
    "load",
    "organizational_domain",
    "restart_needed",
    "shipped",
]
