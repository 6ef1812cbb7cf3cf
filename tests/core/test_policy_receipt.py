"""A receipt for each change, and the three columns in words a tired person follows."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.core.test_policy_explain import grade
from yesif.base.canonical import canonical
from yesif.core.policy.effects import of_ending, of_erasure, of_withdrawal
from yesif.core.policy.grants import Conditions, Grant, OnRevoke, years_after
from yesif.core.policy.receipt import Change, Studio, receipt
from yesif.core.policy.uses import CURRENT, Part

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STUDIO = Studio("https://studio.test", "https://studio.test/performer/answers")
GRANT = Grant(
    "grt_1", "per_ana", NOW, CURRENT.items,
    Conditions(until=years_after(NOW, 1), held_back=frozenset({Part.WORDS}), refused=frozenset({"Acme"})),
    yes=frozenset({"understand-speech", "research"}), no=frozenset({"selling"}), ask=frozenset({"care"}),
)  # fmt: skip
MUST = ("@context", "@type", "dct:conformsTo", "dct:identifier", "dct:issued", "dpv:hasDataSubject",
        "dpv:hasDataController", "dpv:hasLegalBasis", "dpv:hasNotice", "dpv:hasConsentStatus",
        "dpv:hasConsentControl", "dpv:hasProcess")  # fmt: skip


def test_a_receipt_has_every_field_of_the_guide_and_one_byte_form() -> None:
    made = receipt(Change(GRANT), studio=STUDIO, now=NOW)
    assert [name for name in MUST if not made.get(name)] == []
    assert canonical(made)
    (process,) = made["dpv:hasProcess"]  # type: ignore[misc]
    assert process["yi:places"] == ["yi:research"]
    assert process["dpv:hasPersonalData"] == ["pd:VoiceCommunicationRecording"], "words are held back"
    assert made["yi:refused"] == ["selling"]


def test_ending_is_a_receipt_of_its_own_with_the_three_columns() -> None:
    effects = of_ending(on_revoke=OnRevoke.RETIRE, licensees=1, now=NOW)
    made = receipt(Change(GRANT, NOW + timedelta(days=1), effects, ("ntc_1",), 7), studio=STUDIO, now=NOW)
    assert [one["@type"] for one in made["dpv:hasConsentStatus"]] == [  # type: ignore[attr-defined]
        "dpv:ConsentGiven", "dpv:ConsentWithdrawn"]  # fmt: skip
    assert made["yi:cannotBeUndone"] == list(effects.undone)
    assert made["yi:line"] == 7


@pytest.mark.parametrize("licensees", [0, 1, 5])
@pytest.mark.parametrize("on_revoke", list(OnRevoke))
def test_every_sentence_of_the_columns_reads_at_grade_eight_or_below(on_revoke: OnRevoke, licensees: int) -> None:
    told = [
        of_ending(on_revoke=on_revoke, licensees=licensees, now=NOW),
        of_withdrawal(on_revoke=on_revoke, licensees=licensees, deletes=True, now=NOW),
        of_withdrawal(on_revoke=on_revoke, licensees=licensees, deletes=False, now=NOW),
        of_erasure(licensees=licensees, now=NOW),
    ]
    for effects in told:
        for column in (effects.undone, effects.others, effects.stops):
            assert column
            assert grade(" ".join(column)) <= 8, column


def test_the_columns_name_the_days() -> None:
    told = of_ending(on_revoke=OnRevoke.DESTROY, licensees=2, now=NOW)
    assert "2 buyers are told at once and must sign that by 26 November 2026." in told.others
    assert "They must delete their copies and confirm it by 7 December 2026." in told.others
    assert "They destroy each copy of you by 23 December 2026." in told.others
