"""Any single bit changed in tiles, entries, checkpoint or proofs is found (the bench tries 10,000)."""

from tests.core.tlog_changes import changes


def test_every_changed_bit_is_found() -> None:
    assert changes(150, size=300, seed=7) == 0
