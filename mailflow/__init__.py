"""mailflow: an e-mail-driven account-recovery desk."""

__version__ = "0.1.0"
