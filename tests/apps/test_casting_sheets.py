"""A sheet is private: encrypted at rest, deleted whole, and read only for dealing."""

import json
from dataclasses import asdict
from datetime import timedelta
from importlib import import_module

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.db import connection

from tests.apps.casting_cast import NOW, block, can, draw, performer, project, published, under_contract
from yesif.apps.casting.actions import forgetting, sheets
from yesif.apps.casting.models import Application, Coming, Project, SealedSheet
from yesif.apps.casting.queries import sheets as seen
from yesif.apps.casting.seal import studio_key
from yesif.apps.keys import actions as keys
from yesif.apps.people import passkeys
from yesif.apps.people.queries import age_check
from yesif.base.errors import BadInput, Conflict, Damaged, NotFound

pytestmark = pytest.mark.django_db


def test_what_is_kept_says_nothing_without_its_performers_key() -> None:
    ana = performer("ana")
    draw(ana, grief="never")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM casting_sealedsheet")
        assert b"grief" not in bytes(cursor.fetchone()[0])
    assert seen.own(ana).lines == {"grief": "never"}


def test_anothers_sealed_sheet_does_not_open_as_ones_own() -> None:
    ana, bo = performer("ana"), performer("bo")
    draw(ana, grief="never")
    keys.give(performer_id=bo, now=NOW)
    SealedSheet.objects.create(performer_id=bo, sealed=SealedSheet.objects.get(pk=ana).sealed)
    with pytest.raises(Damaged):
        seen.own(bo)


def test_with_its_performers_key_destroyed_no_copy_of_a_sheet_opens_and_none_is_written_again() -> None:
    ana = performer("ana")
    draw(ana, grief="never")
    copied = bytes(SealedSheet.objects.get(pk=ana).sealed)
    keys.destroy(performer_id=ana, now=NOW)
    SealedSheet.objects.update_or_create(performer_id=ana, defaults={"sealed": copied})
    with pytest.raises(NotFound):
        seen.own(ana)
    with pytest.raises(Conflict, match="erased"):
        draw(ana)


def test_a_sheet_that_was_sealed_under_the_studios_secret_opens_after_the_migration() -> None:
    ana = performer("ana")
    draw(ana, grief="never")
    text = json.dumps(asdict(seen.own(ana)), default=sorted).encode()
    old = studio_key(f"sheet.{ana}")
    SealedSheet.objects.update(sealed=b"n" * 12 + AESGCM(old).encrypt(b"n" * 12, text, ana.encode()))
    with pytest.raises(Damaged):
        seen.own(ana)
    module = import_module("yesif.apps.casting.migrations.0004_sheets_below_their_performers_keys")
    module.reseal(apps, None)
    assert seen.own(ana).lines == {"grief": "never"}


def test_one_sheet_that_opens_with_no_key_stops_no_other_in_the_migration(caplog: pytest.LogCaptureFixture) -> None:
    damaged = {performer("ana"): b"n" * 40, performer("cy"): b"short"}
    bo = performer("bo")
    for who in (*damaged, bo):
        draw(who, grief="never")
    text = json.dumps(asdict(seen.own(bo)), default=sorted).encode()
    for who, kept in damaged.items():
        SealedSheet.objects.filter(pk=who).update(sealed=kept)
    sealed = b"n" * 12 + AESGCM(studio_key(f"sheet.{bo}")).encrypt(b"n" * 12, text, bo.encode())
    SealedSheet.objects.filter(pk=bo).update(sealed=sealed)
    module = import_module("yesif.apps.casting.migrations.0004_sheets_below_their_performers_keys")
    module.reseal(apps, None)
    assert seen.own(bo).lines == {"grief": "never"}
    assert {who: bytes(SealedSheet.objects.get(pk=who).sealed) for who in damaged} == damaged
    said = sorted(record.getMessage() for record in caplog.records if record.name == module.__name__)
    assert said == sorted(
        f"The sheet of {who} does not open under this studio's secret: it is left as it is." for who in damaged
    )


def test_deleting_leaves_nothing() -> None:
    ana = performer("ana")
    draw(ana, grief="never")
    sheets.delete(performer_id=ana)
    assert not SealedSheet.objects.exists()
    assert not seen.own(ana).kept


def test_very_heavy_holds_for_the_day_it_was_chosen() -> None:
    ana = performer("ana")
    sheets.write(performer_id=ana, lines={}, agreed=[], limits=[], most=4, on=NOW.date(), now=NOW)
    assert seen.on([ana], NOW.date())[ana].most == 4
    assert seen.on([ana], (NOW + timedelta(days=1)).date())[ana].most == 3


@pytest.mark.parametrize("wrong", [{"lines": {"grief": "perhaps"}}, {"most": 9}])
def test_what_is_not_a_sheet_is_refused_and_the_old_one_stays(wrong: dict[str, object]) -> None:
    ana = performer("ana")
    draw(ana, grief="never")
    usual: dict[str, object] = {"lines": {}, "agreed": [], "limits": [], "most": 3, "on": NOW.date(), "now": NOW}
    with pytest.raises(BadInput):
        sheets.write(performer_id=ana, **{**usual, **wrong})  # type: ignore[arg-type]
    assert seen.own(ana).lines == {"grief": "never"}


def test_a_theme_out_of_the_project_is_dealt_to_nobody() -> None:
    made = project()
    whole = len(seen.pack(made).cards)

    Project.objects.filter(pk=made).update(themes_out=["grief"], most=2)
    kept = seen.pack(made).cards
    assert 0 < len(kept) < whole
    assert all("grief" not in card.themes and card.intensity <= 2 for card in kept)


def test_forgetting_leaves_nothing_that_a_person_said_of_themselves() -> None:
    made = published()
    ana = under_contract(made, "ana")
    draw(ana, grief="never")
    can(block(made), ana)
    forgetting.forget(about=ana)
    passkeys.forget(about=ana)
    assert not SealedSheet.objects.exists()
    assert not Application.objects.exists()
    assert not Coming.objects.exists()
    assert age_check(ana) is None
