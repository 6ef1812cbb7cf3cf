"""Any single bit changed in tiles, entries, checkpoint or proofs is found (the bench tries 10,000)."""

from tests.core.tlog_changes import KINDS, changes


def test_every_changed_bit_is_found_in_every_kind_of_file() -> None:
    told = changes(150, size=300, seed=7)
    assert {kind for kind, (tried, _) in told.items() if tried >= 20} == set(KINDS)
    assert {kind: missed for kind, (_, missed) in told.items() if missed} == {}
