"""A use is declared, priced and signed by two people; nobody learns who said no."""

from datetime import timedelta

import pytest

from tests.apps.market_cast import NOW, USE, answered, declared, lab, played, priced, project_of, sign, signed, told
from tests.people import person
from yesif.apps.consent import actions as consent
from yesif.apps.consent.actions import questions
from yesif.apps.market import queries
from yesif.apps.market.actions import licences, organisations
from yesif.apps.market.queries import preview as preview_of
from yesif.apps.market.queries.preview import preview
from yesif.apps.record import queries as record
from yesif.base.counts import FEW
from yesif.base.errors import BadInput, Conflict, LimitReached, NotFound, Refused
from yesif.base.money import Money
from yesif.core.policy.decide import Decision, Reason
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import Form, Price, Use

pytestmark = pytest.mark.django_db


def project(*, price: int = 200, **conditions: object) -> str:
    lab()
    answered("ana", **conditions)
    answered("bo")
    made = project_of(played("ana", "bo"))
    priced(made, price)
    return made


def test_two_people_sign_and_the_price_is_fixed_by_the_minute() -> None:
    made = declared(project())
    assert sign(made, "lab") == "declared"
    assert sign(made, "lin") == "signed"
    found = queries.licence(made, viewer_id=person("lin").id)
    assert (found.state, found.performances, found.price_minor, found.currency) == ("signed", 2, 400, "EUR")
    assert found.signers == (person("lab").id, person("lin").id)
    assert "4.00 EUR" in found.words
    assert [line.kind for line in record.lines_about(made)] == ["licence"]
    assert found.runs_at(NOW)
    assert not found.runs_at(NOW + timedelta(days=201))


def test_one_person_cannot_sign_for_two() -> None:
    made = declared(project())
    sign(made, "lab")
    with pytest.raises(Conflict, match="another person"):
        sign(made, "lab")
    with pytest.raises(NotFound):
        sign(made, "pia")
    assert queries.licence(made, viewer_id=person("lab").id).state == "declared"


def test_a_changed_answer_between_the_signatures_voids_the_first() -> None:
    made = declared(project())
    grant = answered("bo")
    played("ana", "bo")  # of another project
    sign(made, "lab")
    shown = licences.offer(queries.licence(made, viewer_id=person("lab").id), now=NOW)
    consent.revoke(grant_id=grant, performer_id=person("bo").id, now=NOW)
    with pytest.raises(Refused, match="nothing to buy"):
        licences.sign(licence_id=made, person_id=person("lin").id, words_sha256=shown.sha256, now=NOW)
    answered("bo")
    with pytest.raises(Conflict, match="sign anew"):
        licences.sign(licence_id=made, person_id=person("lin").id, words_sha256="0" * 64, now=NOW)
    assert queries.licence(made, viewer_id=person("lab").id).signers == ()


def test_a_price_floor_leaves_out_before_the_sale() -> None:
    made = declared(project(floor=Price(300, "EUR")))
    with pytest.raises(Refused):
        sign(made, "lab")
    one = queries.licence(made, viewer_id=person("lab").id)
    licences.publish_price(
        project_id=one.project_id, producer_id=person("pia").id, minute=Money(300, "EUR"), now=NOW, licensee="LAB"
    )
    assert sign(declared(one.project_id), "lab") == "declared"


def test_a_use_that_nobody_may_license_is_refused_in_the_lists_own_words() -> None:
    made = project()
    with pytest.raises(Refused, match="Nobody may license this"):
        licences.declare(project_id=made, person_id=person("lab").id, told=told(touches=("weapons",)), now=NOW)
    assert queries.licences_of(person("lab").id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "everything"},
        {"where": "anywhere"},
        {"description": " "},
        {"hands": ""},
        {"model_family": ""},
        {"retention_days": 400},
        {"retention_days": -1},
        {"ends_at": NOW + timedelta(days=6 * 366)},
        {"ends_at": NOW - timedelta(days=1), "starts_at": NOW - timedelta(days=2)},
        {"starts_at": NOW + timedelta(days=300)},
        {"territories": ("Germany",)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_declaration_with_a_gap_is_refused_in_one_sentence(wrong: dict[str, object]) -> None:
    made = project()
    with pytest.raises(BadInput) as told_why:
        declared(made, **wrong)
    assert str(told_why.value).count(".") <= 2


def test_without_a_price_nothing_is_declared() -> None:
    lab()
    made = project_of(played("ana"))
    with pytest.raises(Conflict, match="quote"):
        declared(made)
    with pytest.raises(NotFound):
        licences.publish_price(project_id=made, producer_id=person("lab").id, minute=Money(1, "EUR"), now=NOW)
    with pytest.raises(NotFound):
        licences.publish_price(
            project_id=made, producer_id=person("pia").id, minute=Money(1, "EUR"), now=NOW, licensee="Nobody"
        )


def test_a_preview_tells_no_number_that_points_at_someone() -> None:
    made = project()
    answered("bo", "no")
    one = queries.licence(declared(made), viewer_id=person("lab").id)
    seen = preview(project_id=made, use=queries.licences.use_of(one), now=NOW)
    assert (seen.performances, seen.asking, seen.refused) == (0, "none", "a few")
    assert seen.reasons == ((FEW, "a few"),), "a reason alone would be one person's answer"


def test_a_signed_licence_stays_and_a_declared_one_may_be_dropped() -> None:
    made = project()
    first, second = signed(made), declared(made)
    with pytest.raises(Conflict):
        licences.drop(licence_id=first, person_id=person("lab").id)
    licences.drop(licence_id=second, person_id=person("lin").id)
    with pytest.raises(Conflict):
        sign(second, "lab")
    with pytest.raises(NotFound):
        queries.licence(first, viewer_id=person("una").id)
    assert [one.id for one in queries.licences_sold(person("pia").id)] == [second, first]


def test_only_a_producer_opens_an_organisation_and_a_name_is_one_organisations() -> None:
    with pytest.raises(NotFound):
        organisations.open_organisation(name="Lab", producer_id=person("lab").id, now=NOW)
    first = lab()
    with pytest.raises(Conflict):
        organisations.open_organisation(name=" lAB ", producer_id=person("pia").id, now=NOW)
    with pytest.raises(BadInput):
        organisations.open_organisation(name="x", producer_id=person("pia").id, now=NOW)
    second = organisations.open_organisation(name="Other", producer_id=person("pia").id, now=NOW)
    with pytest.raises(Conflict, match="another organisation"):
        organisations.let_in(
            organisation_id=second, email="lab@example.test", stage_name="x", by=person("pia").id, now=NOW
        )
    with pytest.raises(NotFound):
        organisations.let_in(
            organisation_id=first, email="x@example.test", stage_name="x", by=person("una").id, now=NOW
        )


def test_a_token_is_told_once_and_ends() -> None:
    made = lab()
    secret = organisations.make_token(person_id=person("lab").id, name="cluster", now=NOW)
    of = queries.organisations.organisation_of_token
    assert of(secret, now=NOW) == made
    seen = queries.organisations.organisation_of(person("lin").id).tokens[0]
    assert (seen.name, seen.public) == ("cluster", "")
    for wrong, at in ((secret + "x", NOW), (secret, NOW + timedelta(days=181)), ("", NOW)):
        with pytest.raises(Refused, match="opens nothing"):
            of(wrong, now=at)
    with pytest.raises(NotFound):
        organisations.end_token(person_id=person("una").id, token_id=seen.id, now=NOW)
    organisations.end_token(person_id=person("lin").id, token_id=seen.id, now=NOW)
    with pytest.raises(Refused):
        of(secret, now=NOW)


def test_a_key_is_32_bytes_and_one_organisations() -> None:
    lab()
    for wrong in ("", "x", "AAAA", "é" * 44):
        with pytest.raises(BadInput):
            organisations.add_key(person_id=person("lab").id, public=wrong, name="k", now=NOW)
    public = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
    key = organisations.add_key(person_id=person("lab").id, public=public, name="k", now=NOW)
    with pytest.raises(Conflict):
        organisations.add_key(person_id=person("lin").id, public=public, name="k", now=NOW)
    organisations.end_key(person_id=person("lin").id, key_id=key, now=NOW)
    assert queries.organisations.organisation_of(person("lab").id).keys[0].ended_at == NOW


def asks_first(name: str) -> None:
    items = {USE[0]: "ask", USE[1]: "yes"}
    terms = Conditions(until=NOW + timedelta(days=300), form=Form.RECORDING)
    consent.give(performer_id=person(name).id, answers=items, conditions=terms, now=NOW - timedelta(hours=1))


def test_awaiting_means_that_somebody_may_still_answer() -> None:
    made = project()
    asks_first("bo")
    licence = declared(made)
    use = queries.licences.use_of(queries.licence_terms(licence))
    shown = lambda at: preview(project_id=made, use=use, now=at, subject=licence)  # noqa: E731
    assert (shown(NOW).asking, shown(NOW).refused) == ("a few", "a few"), "the question is on its way"
    (put,) = questions.ask(
        subject=licence, use=use, performers={person("bo").id: 1}, answer_by=NOW + timedelta(days=7), now=NOW
    )
    assert shown(NOW).asking == "a few"
    late = NOW + timedelta(days=8)
    assert (shown(late).asking, shown(late).reasons) == ("none", ((FEW, "a few"),))
    questions.answer(question_id=put, performer_id=person("bo").id, yes=False, now=NOW)
    assert (shown(NOW).asking, shown(NOW).reasons) == ("none", ((FEW, "a few"),))
    assert preview(project_id=made, use=use, now=NOW).asking == "a few", "another licence would ask her again"
    questions.answer(question_id=put, performer_id=person("bo").id, yes=True, now=NOW)
    assert (shown(NOW).asking, shown(NOW).performances) == ("none", 2)


def test_a_reason_is_counted_only_where_five_people_share_it() -> None:
    lab()
    takes = [played("ana", "bo") for _ in range(3)]
    for take in takes:
        take.scene.session.project_id = project_of(takes[0])
        take.scene.session.save()
    answered("ana", "no"), answered("bo", "no")
    use = Use(USE[0], USE[1], "Lab", NOW, NOW + timedelta(days=9))
    found = preview(project_id=project_of(takes[0]), use=use, now=NOW)
    assert (found.refused, found.reasons) == ("a few", ((FEW, "a few"),)), "six performances, two people"


def test_a_reason_is_said_apart_where_five_share_it_and_not_where_it_is_everyones() -> None:
    finished = {f"p{n}": preview_of._Finished(f"p{n}", f"per{n % 6}", 60_000) for n in range(12)}
    said = lambda names, reason: [Decision(name, reason, ()) for name in names]  # noqa: E731
    most = [name for name, one in finished.items() if one.performer != "per5"]
    told = preview_of._told(finished.keys() - most, said(most, Reason.ANSWERED_NO), finished, ())
    assert (told.performances, told.refused, told.reasons) == (2, "10", (("answered-no", "10"),))
    told = preview_of._told((), said(finished, Reason.ANSWERED_NO), finished, ())
    assert (told.performances, told.refused, told.reasons) == (0, "12", ((FEW, "12"),)), "what all said, each one said"
    told = preview_of._told((), said(most, Reason.ANSWERED_NO) + said(["p5", "p11"], Reason.PRICE), finished, ())
    assert (told.refused, told.reasons) == ("12", (("answered-no", "10"), (FEW, "a few")))
    told = preview_of._told(most, said(["p5", "p11"], Reason.ASK), finished, ())
    assert (told.asking, told.refused, told.reasons) == ("a few", "none", ())


def test_an_organisation_cannot_put_questions_without_end() -> None:
    made = project()
    for _ in range(licences.MOST_A_DAY):
        declared(made)
    with pytest.raises(LimitReached, match="try again tomorrow"):
        declared(made)
    later = NOW + timedelta(hours=25)
    assert licences.declare(project_id=made, person_id=person("lab").id, told=told(starts_at=later), now=later)
