"""Key leases: bound to their terms, their hours and their reader."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from yesif.base import ids
from yesif.base.errors import BadInput, Damaged, Refused
from yesif.core.vault.lease import LONGEST_SECONDS, Terms, grant, open_lease

START = datetime(2026, 11, 23, tzinfo=UTC)
TERMS = Terms(
    "lic_1", "run_1", "understand-speech", "research", int(START.timestamp()), int(START.timestamp()) + 86_400
)
READER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {ids.new("per"): bytes([n] * 16) for n in range(3)}


def test_a_lease_opens_for_its_reader_in_its_hours() -> None:
    sealed = grant(KEYS, TERMS, READER.public_key())
    assert open_lease(sealed, TERMS, READER, now=START) == KEYS


@pytest.mark.parametrize("hours", [-1, 24, 1000])
def test_outside_its_hours_it_is_refused(hours: int) -> None:
    sealed = grant(KEYS, TERMS, READER.public_key())
    with pytest.raises(Refused, match="over, or has not begun"):
        open_lease(sealed, TERMS, READER, now=START + timedelta(hours=hours))


@pytest.mark.parametrize("field", ["licence", "run", "what", "where"])
def test_changed_terms_do_not_open_it(field: str) -> None:
    sealed = grant(KEYS, TERMS, READER.public_key())
    other = dataclasses.replace(TERMS, **{field: getattr(TERMS, field) + "x"})
    with pytest.raises(Damaged, match="other terms"):
        open_lease(sealed, other, READER, now=START)


def test_a_later_end_written_by_the_reader_does_not_open_it() -> None:
    sealed = grant(KEYS, TERMS, READER.public_key())
    longer = dataclasses.replace(TERMS, expires=TERMS.expires + 3600)
    with pytest.raises(Damaged):
        open_lease(sealed, longer, READER, now=START + timedelta(hours=24, minutes=30))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_changed_bit_is_refused(draw: st.DataObject) -> None:
    sealed = bytearray(grant(KEYS, TERMS, READER.public_key()))
    bit = draw.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(Damaged):
        open_lease(bytes(sealed), TERMS, READER, now=START)


def test_no_lease_lasts_longer_than_72_hours() -> None:
    with pytest.raises(BadInput, match="72 hours"):
        dataclasses.replace(TERMS, expires=TERMS.starts + LONGEST_SECONDS + 1)


def test_a_lease_for_a_thousand_performers_stays_below_50_kb() -> None:
    keys = {ids.new("per"): bytes(16) for _ in range(1000)}
    assert len(grant(keys, TERMS, READER.public_key())) <= 50_000
