"""Text that would do something to a terminal, and what none of it may leave behind."""

import unicodedata

ESCAPES = "\x1b[31mred\x1b]0;title\x07\x1b]8;;https://evil.example\x07link\x9b2J\x08\x08\x7f\r"
BIDI = "abc\u202etxt.exe\u202c \u2066hidden\u2069 \u200fr\u200el"
UNSEEN = "in\u200bvi\u200dsi\ufeffble\u2028line\u2029para\x85next\u3164fill\u00adsoft"
NAUGHTY = f"{ESCAPES} {BIDI} {UNSEEN} \ud800 \U000e0041 [bold]markup[/] :smile: %s {{{{x}}}}"


def harmless(shown):
    """Whether nothing in it but line ends is unseen."""
    return all(
        char == "\n" or (char.isprintable() and unicodedata.category(char)[0] != "C") for char in shown
    )
