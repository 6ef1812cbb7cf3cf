"""Sheets that were sealed under the studio's secret are sealed below their performers' own keys."""

import logging
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import migrations
from django.utils import timezone

from yesif.apps.keys.root import root_key
from yesif.core.vault.envelope import new_key, unwrap, wrap

logger = logging.getLogger(__name__)


def _derived(secret: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"yesif.casting." + what).derive(secret)


def reseal(apps, schema_editor) -> None:
    """Open each with the old key, seal it with the new one; one that does not open stays as it is, and is named."""
    keys = apps.get_model("keys", "PerformerKey")
    for sheet in apps.get_model("casting", "SealedSheet").objects.all():
        who, kept = sheet.performer_id, bytes(sheet.sealed)
        old = _derived(settings.SECRET_KEY.encode(), b"sheet." + who.encode())
        place = f"performer:{who}"
        made = wrap(new_key(), under=root_key(), place=place)
        row, _ = keys.objects.get_or_create(pk=who, defaults={"wrapped": made, "made_at": timezone.now()})
        if row.wrapped is None:
            sheet.delete()
            continue
        try:
            text = AESGCM(old).decrypt(kept[:12], kept[12:], who.encode())
        except (InvalidTag, ValueError):
            logger.warning("The sheet of %s does not open under this studio's secret: it is left as it is.", who)
            continue
        new, nonce = _derived(unwrap(bytes(row.wrapped), under=root_key(), place=place), b"sheet"), os.urandom(12)
        sheet.sealed = nonce + AESGCM(new).encrypt(nonce, text, who.encode())
        sheet.save(update_fields=["sealed"])


class Migration(migrations.Migration):
    """Only rows change."""

    dependencies = [("casting", "0003_block_paid_up_at"), ("keys", "0001_initial")]

    operations = [migrations.RunPython(reseal, migrations.RunPython.noop)]
