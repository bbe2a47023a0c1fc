"""mailflow: an e-mail-driven account-recovery desk."""
