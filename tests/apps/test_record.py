"""Lines of the record."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from yesif.apps.record import actions, queries

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_its_facts_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction of the fact"):
        actions.append(kind="grant", body={}, about=[], now=NOW)
    assert queries.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_line_falls_with_its_fact() -> None:
    def fact_that_fails() -> None:
        with transaction.atomic():
            actions.append(kind="grant", body={"grant": "grt_1"}, about=["per_1"], now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fact_that_fails()
    assert queries.count() == 0


@pytest.mark.django_db
def test_a_line_is_seen_by_those_it_concerns_only() -> None:
    actions.append(kind="grant", body={"grant": "grt_1"}, about=["per_1"], now=NOW)
    assert [line.body for line in queries.lines_about("per_1")] == [{"grant": "grt_1"}]
    assert queries.lines_about("per_2") == []


@pytest.mark.django_db
def test_a_body_with_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        actions.append(kind="grant", body={"share": 0.5}, about=[], now=NOW)


@pytest.mark.django_db
def test_a_row_is_for_its_person_and_the_body_holds_the_rows_root() -> None:
    rows = [actions.Row(f"per_{n}", {"performer": f"per_{n}", "weight": n}) for n in (1, 2)]
    actions.append(kind="royalty", body={"event": "e"}, about=["lic_1"], rows=rows, now=NOW)
    (line,) = queries.lines_about("per_1")
    assert line.body is not None
    assert line.body["rows"]["count"] == 2  # type: ignore[index]
    assert "per_2" not in str(line.body)


@pytest.mark.django_db
def test_a_body_may_not_claim_what_the_record_writes_itself() -> None:
    with pytest.raises(ValueError, match="itself writes"):
        actions.append(kind="royalty", body={"rows": []}, about=[], now=NOW)
