"""The cipher itself: what it must give, and what it must refuse."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.store import seal
from mailflow.store.seal import Keyring, Unreadable, key_id

OLD, NEW = b"\x01" * 32, b"\x02" * 32
keyring = Keyring([NEW])


@pytest.mark.parametrize(
    ("key", "bound_to", "ciphertext"),
    [
        (b"\x01" * 32, b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (
            b"\x03" * 32,
            b"c2sp.org/XAES-256-GCM",
            "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
        ),
    ],
)
def test_it_is_the_algorithm_that_it_says(monkeypatch, key, bound_to, ciphertext):
    """The vectors of https://c2sp.org/XAES-256-GCM: CMAC's subkey without and with a carry."""
    nonce = b"ABCDEFGHIJKLMNOPQRSTUVWX"
    random = BytesIO(nonce)
    monkeypatch.setattr(seal.secrets, "token_bytes", random.read)
    sealed = Keyring([key]).seal(b"XAES-256-GCM", bound_to)
    assert sealed == bytes.fromhex(key_id(key)) + nonce + bytes.fromhex(ciphertext)


@given(st.binary(max_size=5000), st.binary(max_size=100))
def test_what_was_sealed_opens(value, bound_to):
    sealed = keyring.seal(value, bound_to)
    assert keyring.open(sealed, bound_to) == value
    assert len(sealed) == len(value) + 48
    assert len(value) < 8 or value not in sealed


@given(st.binary(max_size=100), st.data())
def test_nothing_opens_once_a_bit_is_another(value, data):
    sealed = bytearray(keyring.seal(value, b"row 1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        keyring.open(bytes(sealed), b"row 1")


@given(st.binary(max_size=100), st.data())
def test_nothing_opens_that_was_cut(value, data):
    sealed = keyring.seal(value, b"row 1")
    with pytest.raises(Unreadable):
        keyring.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], b"row 1")


def test_nothing_opens_in_another_row():
    sealed = keyring.seal(b"hello", b"row 1")
    with pytest.raises(Unreadable, match="not of this row"):
        keyring.open(sealed, b"row 2")


def test_the_first_key_seals_and_all_of_them_open():
    before = Keyring([OLD]).seal(b"hello", b"")
    both = Keyring([NEW, OLD])
    assert both.open(before, b"") == b"hello"
    assert Keyring([NEW]).open(both.seal(b"hello", b""), b"") == b"hello"
    with pytest.raises(Unreadable, match=f"the key {key_id(OLD)} is not there"):
        Keyring([NEW]).open(before, b"")


def test_the_same_is_never_sealed_the_same():
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda _: keyring.seal(b"hello", b""), range(2000)))
    assert len(set(sealed)) == len({one[8:32] for one in sealed}) == 2000
    assert {keyring.open(one, b"") for one in sealed} == {b"hello"}


def test_a_derived_key_seals_no_more_than_256_values():
    one = Keyring([NEW])
    sealed = [one.seal(b"hello", b"") for _ in range(1000)]
    halves = Counter(each[8:20] for each in sealed)
    assert sorted(halves.values()) == [232, 256, 256, 256]
    assert len({each[8:32] for each in sealed}) == 1000
    assert {Keyring([NEW]).open(each, b"") for each in sealed} == {b"hello"}


def test_two_processes_derive_different_keys():
    halves = {Keyring([NEW]).seal(b"hello", b"")[8:20] for _ in range(10)}
    assert len(halves) == 10


def test_without_a_key_nothing_is_sealed():
    assert Keyring().current is None
    assert Keyring().fingerprint(b"digest") == b"digest"
    with pytest.raises(LookupError):
        Keyring().seal(b"hello", b"")


def test_an_id_and_a_fingerprint_tell_nothing_of_the_key():
    ids = {key_id(OLD), key_id(NEW)}
    assert len(ids) == 2
    assert all(len(bytes.fromhex(one)) == 8 for one in ids)
    assert not any(one in key.hex() for one in ids for key in (OLD, NEW))
    prints = {Keyring([key]).fingerprint(b"digest") for key in (OLD, NEW)}
    assert len(prints) == 2
    assert all(len(one) == 32 for one in prints)


def test_what_is_sealed_is_not_shown():
    assert "hello" not in repr(seal.Plain(b"hello"))
    assert NEW.hex() not in repr(keyring)
