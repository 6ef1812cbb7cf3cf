"""The books: idempotent, append-only by the database itself, closed by digest."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from yesif.apps.money import actions, queries
from yesif.base.errors import Conflict, NotFound, Refused
from yesif.core.ledger.entry import Entry, Posting, Stage, performer_account

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANA = performer_account("per_ana", Stage.ACCRUED)


def fee(micro: int = 5_000_000, key: str = "fee:1") -> Entry:
    return Entry(key, "EUR", "fee", (Posting(ANA, micro, 7), Posting("project:prj_1:escrow", -micro, 7)))


@pytest.mark.django_db
def test_posting_twice_is_posting_once() -> None:
    first = actions.post(entries=[fee()], now=NOW)
    assert actions.post(entries=[fee()], now=NOW) == first
    assert queries.balance(ANA, "EUR") == 5_000_000
    assert queries.balance(ANA, "USD") == 0


@pytest.mark.django_db
def test_a_key_that_stands_for_another_entry_is_refused_and_nothing_is_posted() -> None:
    actions.post(entries=[fee()], now=NOW)
    with pytest.raises(Conflict):
        actions.post(entries=[fee(key="fee:2"), fee(micro=6_000_000)], now=NOW)
    assert queries.entry_of("fee:2") is None


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["money_entryrow", "money_postingrow"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_the_books(table: str, statement: str) -> None:
    actions.post(entries=[fee()], now=NOW)
    column = "memo" if table == "money_entryrow" else "account"
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table, column, column))
    assert queries.balance(ANA, "EUR") == 5_000_000


@pytest.mark.django_db
def test_an_entry_is_taken_back_once() -> None:
    actions.post(entries=[fee()], now=NOW)
    back = actions.reverse(key="fee:1", memo="mistaken", now=NOW)
    assert actions.reverse(key="fee:1", memo="mistaken", now=NOW) == back
    assert queries.balance(ANA, "EUR") == 0
    with pytest.raises(NotFound):
        actions.reverse(key="fee:9", memo="mistaken", now=NOW)


@pytest.mark.django_db
def test_a_close_covers_what_came_since_the_last_and_is_refused_when_nothing_did() -> None:
    actions.post(entries=[fee()], now=NOW)
    first = actions.close(now=NOW)
    with pytest.raises(Refused, match="nothing was posted"):
        actions.close(now=NOW)
    actions.post(entries=[fee(key="fee:2")], now=NOW)
    assert actions.close(now=NOW) > first


class TestTheJournal(TestCase):
    @given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 10**12)), max_size=12))
    @settings(max_examples=15, deadline=None)
    def test_it_replays_to_the_same_balances(self, fees: list[tuple[int, int]]) -> None:
        entries = {f"fee:{n}": fee(micro, f"fee:{n}") for n, micro in fees}
        actions.post(entries=list(entries.values()), now=NOW)
        replayed = [entry for _, entry in queries.journal()]
        assert {entry.key: entry.digest for entry in replayed} == {key: entry.digest for key, entry in entries.items()}
        assert queries.balance(ANA, "EUR") == sum(entry.postings[0].micro for entry in entries.values())
