"""Sentences people read before they decide stay plain: reading grade 8 or less, the unpleasant part first."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.policy_worlds import NOW
from yesif.core.policy.decide import Cause, Decision, Extent, Reason
from yesif.core.policy.explain import explain, meaning
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.policy.uses import CURRENT, Form, Part, Use

USE = Use("understand-feeling", "care", "Lab", NOW, years_after(NOW, 1))
TERMS = Conditions(until=datetime(2027, 11, 23, tzinfo=UTC))


def grade(text: str) -> float:
    """Flesch-Kincaid grade (1975): 0.39 words/sentence + 11.8 syllables/word − 15.59, with naive syllables."""
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+|\d+", text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def _syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


_ANSWERS = st.dictionaries(st.sampled_from(sorted(CURRENT.items)), st.sampled_from(["yes", "ask", "no"]))


def _meaning(answers: dict[str, str], terms: Conditions = TERMS) -> str:
    said = {name: {item for item, answer in answers.items() if answer == name} for name in ("yes", "ask", "no")}
    return meaning(**said, terms=terms)


@settings(max_examples=100, deadline=None)
@given(_ANSWERS, st.sampled_from(Form), st.booleans(), st.sets(st.sampled_from(Part)))
def test_what_answers_mean_reads_at_grade_eight_or_less(
    answers: dict[str, str], form: Form, partner: bool, held: set[Part]
) -> None:
    terms = Conditions(TERMS.until, form, partner, frozenset(held))
    assert grade(_meaning(answers, terms)) <= 8


def test_nothing_answered_means_nobody_may() -> None:
    assert _meaning({}).startswith("No one may use your scenes")
    assert "16 questions have no answer yet. That counts as No." in _meaning({})


def test_one_half_alone_allows_nothing_and_says_so() -> None:
    assert "A use needs a Yes in both lists." in _meaning({"understand-speech": "yes"})


def test_the_unpleasant_part_comes_first() -> None:
    said = _meaning({"understand-speech": "yes", "research": "yes", "care": "ask"})
    assert said.startswith("A model that has learned from you cannot forget you.")
    assert "“Public research”" in said
    assert "asked first about “Health and care”" in said
    assert "This ends on 23 November 2027." in said


def test_a_long_list_is_told_as_a_number() -> None:
    assert "Yes to 8 places" in _meaning({"test-only": "yes", **{where.id: "yes" for where in CURRENT.wheres}})


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.YES])
def test_every_refusal_is_one_plain_sentence(reason: Reason) -> None:
    sentence = explain(Decision("prf_1", reason, (Cause("per_ana", "", reason),)), USE)
    assert re.fullmatch(r"Left out: [^.]+\.", sentence)
    assert grade(sentence) <= 8


@pytest.mark.parametrize("form", Form)
def test_a_permit_is_one_sentence_with_its_end(form: Form) -> None:
    own = Extent(frozenset(Part), form)
    causes = (Cause("per_ana", "grt_1", Reason.YES),)
    sentence = explain(Decision("prf_1", Reason.YES, causes, own, until=TERMS.until), USE)
    assert sentence.startswith("May be used ")
    assert "without the partner" in sentence
    assert sentence.endswith("until 23 November 2027.")


def test_the_questions_read_at_grade_eight_or_less() -> None:
    whats = " ".join(" ".join((what.plain, what.example, what.limit)) for what in CURRENT.whats)
    wheres = " ".join(f"{where.plain} {where.note}" for where in CURRENT.wheres)
    assert grade(whats) <= 8
    assert grade(wheres) <= 8
