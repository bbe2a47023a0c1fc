"""What has the form of a password wherever it stands, each beside what people and programs write else."""

from __future__ import annotations

import pytest

from mailflow.core.passwordlikes import codes, holds_sign, is_odd_word, odd_words, unknown_words
from tests.core.secret_texts import told_by


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # With digits or signs, small letters and more of them in a row.
        ("it takes parsnip55 and waits", ["parsnip55"]),
        ("it takes Par#snip and waits", ["Par#snip"]),
        ("it takes par_snip and waits", []),
        ("it takes PARSNIP55 and waits", []),
        ("it takes par5 and waits", []),
        ("parsnip55", ["parsnip55"]),
        ("it takes\nparsnip55\tturnip66", ["parsnip55", "turnip66"]),
        ("parsnip55 turnip66\nradish77 and celery88", ["parsnip55", "turnip66", "radish77", "celery88"]),
        ("par#snip55!x and more", ["par#snip55!x"]),
        # Without what stands around them.
        ("it takes *parsnip55* and (turnip66), or -radish77-", ["parsnip55", "turnip66", "radish77"]),
        ("it takes @: ~parsnip55_- and waits", ["parsnip55"]),
        ("it takes @", []),
        ("it takes 555 :: *** and waits", []),
        # Thirty characters at most.
        ("it takes parsnipparsnipparsnipparsnip55 and waits", ["parsnipparsnipparsnipparsnip55"]),
        ("it takes parsnipparsnipparsnipparsnip555 and waits", []),
        # Markup, settings, counts, tags and hashes are none.
        ("it takes pars=nip55 and waits", []),
        ("it takes parsnip**55 and waits", []),
        ("it takes 55parsnips and waits", []),
        ("it takes Parsnip#5555 and waits", []),
        ("it takes parsnip@host and waits", []),
        ("it takes abcdef123456 and waits", []),
        # Nor what is about two factors or another thing, or a part of it.
        ("it takes parsnip-2fa and waits", []),
        ("it takes parsnip-github-55 and waits", []),
        ("it takes parsnip.GitHub.55 and waits", []),
        ("it takes parsnip-turnip-55 and waits", ["parsnip-turnip-55"]),
    ],
)
def test_words_with_digits_or_signs(text, words):
    assert told_by(odd_words, text) == words


@pytest.mark.parametrize(
    ("value", "is_odd", "has_sign"),
    [
        ("parsnip", False, False),
        ("parsnip5", True, False),
        ("par#snip", True, True),
        ("parsnip!", True, False),
        ("#parsnip", True, False),
        ("p#a", True, True),
        ("par-snip", False, False),
    ],
)
def test_digits_and_signs(value, is_odd, has_sign):
    assert (is_odd_word(value), holds_sign(value)) == (is_odd, has_sign)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A long one, or some.
        ("it says 5d1f8a3097", ["5d1f8a3097"]),
        ("it says 5d1f8a309", []),
        ("it says 5d1f8a and 0be93c", ["5d1f8a", "0be93c"]),
        ("it says ab12-cd34 and ef56-gh78", ["ab12-cd34", "ef56-gh78"]),
        ("it says 5d1f8 and 0be93", []),
        ("it says 5d1f8a3097\nand 77f1d2a90c there", ["5d1f8a3097", "77f1d2a90c"]),
        # A hash is none: where a word near it tells so, and no name of codes behind that.
        ("my commit 5d1f8a3097", []),
        ("my 5d1f8a3097 is a commit", []),
        ("my backup codes of that commit 5d1f8a3097", []),
        ("that commit and my backup codes 5d1f8a3097", ["5d1f8a3097"]),
        (f"my commit{' ' * 294}5d1f8a3097", []),
        (f"my commit{' ' * 295}5d1f8a3097", ["5d1f8a3097"]),
        (f"my 5d1f8a3097{' ' * 299}commit", []),
        (f"my 5d1f8a3097{' ' * 300}commit", ["5d1f8a3097"]),
        ("my 5d1f8a3097 is a commit and my backup codes", []),
        (f"my backup codes{' ' * 288}5d1f8a3097 is a commit", ["5d1f8a3097"]),
        (f"my backup codes{' ' * 289}5d1f8a3097 is a commit", []),
        # Nor is one in a log: the first word of a line with a text behind it.
        ("5d1f8a3097 bump version", []),
        ("Look:\n5d1f8a3097 bump version", []),
        ("Look:\n5d1f8a3097 77", ["5d1f8a3097"]),
        ("Look:\n5d1f8a3097\n77f1d2a90c", ["5d1f8a3097", "77f1d2a90c"]),
    ],
)
def test_codes(text, found):
    assert told_by(codes, text) == found


KNOWN = "the garden behind the house looks very green this summer"
UNKNOWN = "ther gardim behinz ther housel lookst veryt greenz thist sommet"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Around the name of a password, or getting in, where a dictionary is known.
        (f"My password: copperkettle. {KNOWN}", ["copperkettle"]),
        (f"My pwd: copperkettle. {KNOWN}", ["copperkettle"]),
        (f"I cannot log in with copperkettle. {KNOWN}", ["copperkettle"]),
        (f"I tried copperkettle. {KNOWN}", []),
        (f"My password: copperkettle. {UNKNOWN}", []),
        (f"My password: copperkettle. {KNOWN}{' qwx' * 20}", ["copperkettle"]),
        (f"My password: copperkettle. {KNOWN}{' qwxz' * 20}", []),
        (f"My password: copperkettle. {KNOWN}{' QWX5' * 20}", ["copperkettle"]),
        (f"My password: copperkettle. {KNOWN}{' green' * 40}{' qwxz' * 80}", ["copperkettle"]),
        (f"copperkettle{' ' * 288}password. {KNOWN}", ["copperkettle"]),
        (f"copperkettle{' ' * 289}password. {KNOWN}", []),
        (f"password{' ' * 299}copperkettle. {KNOWN}", ["copperkettle"]),
        (f"password{' ' * 300}copperkettle. {KNOWN}", []),
        (f"password copperkettle{' ' * 500} ironkettle password. {KNOWN}", ["copperkettle", "ironkettle"]),
        (f"password{' ' * 400}copperkettle{' ' * 400}password {KNOWN}", []),
        # Of six letters or more, whole, small, with hyphens or not.
        (f"My password: kettlq. {KNOWN}", ["kettlq"]),
        (f"My password: kettq. {KNOWN}", []),
        (f"My password: Copperkettle. {KNOWN}", []),
        (f"My password: copperkettle55 {KNOWN}", []),
        (f"My password: garden-green. {KNOWN}", []),
        (f"My password: garden-kettlq. {KNOWN}", ["garden-kettlq"]),
        (f"My password: garden-green-house. {KNOWN}", ["garden-green-house"]),
        # None of another thing, an account, or what tells that it is lost; no form of a word.
        (f"My password: garden-github-house. {KNOWN}", []),
        (f"My password: garden-userid-house. {KNOWN}", []),
        (f"My password: garden-bitwarden-house. {KNOWN}", []),
        (f"My password: garden-lost-house. {KNOWN}", []),
        (f"My password: garden-putting-house. {KNOWN}", []),
        (f"My password: regardening. {KNOWN}", []),
        (f"My password: overgarden. {KNOWN}", []),
        (f"My password: gardenable. {KNOWN}", []),
        (f"My password: summerred. {KNOWN}", []),
        (f"My password: houseable. {KNOWN}", []),
        (f"My password: unhousable. {KNOWN}", []),
    ],
)
def test_words_that_no_dictionary_has(text, words):
    assert told_by(unknown_words, text) == words
