"""Open a run, lease keys for it, close it, attest a purge. What a licensee's program says, it signs (Ed25519).

The body of each line is what the program signed, word for word, so that neither side can say it was another.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from django.db import transaction

from yesif.apps.consent.actions import hold
from yesif.apps.consent.actions import notices as meet
from yesif.apps.consent.queries import notices
from yesif.apps.market.models import Inclusion, Lease, LeasedClip, Licence, Purge, Release, Run, SigningKey
from yesif.apps.market.queries.licences import LicenceSeen, licence_terms
from yesif.apps.market.queries.runs import Clip, clips_now, performers_in, withdrawn
from yesif.apps.record import actions as record
from yesif.base import ids
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, Damaged, NotConsented, NotFound, Refused
from yesif.core.tlog import signed
from yesif.core.vault.lease import LONGEST_SECONDS, USUAL_SECONDS, Terms

FRESH = timedelta(minutes=10)
"""A signed declaration is taken within ten minutes of its own time, and once."""
SAYS = {
    "run-open": ("run", "licence", "what", "where", "model", "environment", "reader", "at_ms"),
    "run-close": ("run", "licence", "root", "clips", "at_ms"),
    "purge": ("notice", "licence", "release", "root", "count", "before", "after", "at_ms"),
}
ATTESTS = ("notice", "licence", "removed", "words", "at_ms")
"""What a program signs that attests a notice without a copy to prune: nothing was left, or another program deleted it.
`words` is the digest of what it says was done."""
"""Which fields a program signs, all of them and no other."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A lease that stands: its terms, and which clips it may hold of which release."""

    lease: str
    line: int
    terms: Terms
    reader: X25519PublicKey
    clips: tuple[Clip, ...]


@transaction.atomic
def open_run(*, organisation_id: str, said: Mapping[str, object], now: datetime) -> str:
    """Declare a use of keys; returns the run's id. Raises BadInput, Damaged, NotFound, Refused, Conflict."""
    key, body = _heard("run-open", organisation_id, said, now)
    run_id = str(body["run"])
    if not ids.is_id(run_id, "run"):
        raise BadInput("A run's id reads like run_01…, made by the program that opens it.")
    licence = _licence(str(body["licence"]), organisation_id, now)
    if (body["what"], body["where"]) != (licence.what, licence.where):
        raise Refused("This licence is for another use: a run declares the use it was signed for.")
    for name, longest in (("model", 120), ("environment", 200)):
        if not 1 <= len(str(body[name]).strip()) <= longest:
            raise BadInput(f"A run names its {name} in 1 to {longest} characters.")
    _reader(str(body["reader"]))
    if Run.objects.filter(pk=run_id).exists():
        raise Conflict("This run was opened before; a declaration counts once.")
    line = record.append(
        kind="run-open",
        body=body,
        signed=_signature(said),
        about=[run_id, licence.id, licence.project_id, organisation_id],
        now=now,
    )
    Run.objects.create(
        id=run_id,
        licence_id=licence.id,
        key=key,
        what=licence.what,
        where=licence.where,
        model=str(body["model"]).strip(),
        environment=str(body["environment"]).strip(),
        reader=str(body["reader"]),
        opened_at=now,
        line=line,
    )
    return run_id


@transaction.atomic
def lease(*, organisation_id: str, run_id: str, release_id: str, hours: int | None, now: datetime) -> Leased:
    """Take the decision again and write the lease; no key has left when this returns (RULES §6, D8).

    What everyone in the release said is held until the commit, so a revocation comes wholly before or wholly after it.
    Raises NotFound, BadInput, Refused, NotConsented where nothing may be leased.
    """
    run = Run.objects.select_for_update().filter(pk=run_id, licence__organisation_id=organisation_id).first()
    if run is None:
        raise NotFound
    release = Release.objects.filter(pk=release_id, licence_id=run.licence_id, state="published").first()
    if release is None:
        raise NotFound
    if run.closed_at is not None:
        raise Refused("This run is closed: open another for what you do next.")
    if SigningKey.objects.filter(pk=run.key_id, ended_at__isnull=False).exists():
        raise Refused("The key that opened this run was ended: open another run.")
    now = hold(performers_in(release.id), now=now)
    licence = _licence(run.licence_id, organisation_id, now)
    clips = tuple(_lasting(clip, now) for clip in clips_now(release.id, licence, now=now))
    if not any(clip.may for clip in clips):
        raise NotConsented("Nothing in this release may be used for this today, so no key is leased.")
    terms = _terms(run, licence, clips, release.id, hours, now)
    return _write_lease(run, licence, release.id, terms, clips, now)


@transaction.atomic
def close_run(*, organisation_id: str, said: Mapping[str, object], now: datetime) -> None:
    """The run is over; `root` commits to what was read. Raises BadInput, Damaged, NotFound, Conflict."""
    _, body = _heard("run-close", organisation_id, said, now)
    run = Run.objects.select_for_update().filter(pk=body["run"], licence__organisation_id=organisation_id).first()
    if run is None or run.licence_id != body["licence"]:
        raise NotFound
    if run.closed_at is not None:
        raise Conflict("This run is closed already.")
    if len(str(body["root"])) != 64 or not isinstance(body["clips"], int) or body["clips"] < 0:
        raise BadInput("A run closes with the root of what it read (64 digits) and how many clips that were.")
    run.closed_at, run.root, run.clips_read = now, str(body["root"]), body["clips"]
    run.closing_line = record.append(
        kind="run-close",
        body=body,
        signed=_signature(said),
        refs=[run.line],
        about=[run.id, run.licence_id, organisation_id],
        now=now,
    )
    run.save()


@transaction.atomic
def attest_purge(
    *, organisation_id: str, said: Mapping[str, object], samples: Sequence[str], now: datetime
) -> list[str]:
    """The licensee's signed word that withdrawn samples are off its disks; returns those still to be deleted.

    What was signed commits to `samples` by their root. Raises BadInput, Damaged, NotFound, Conflict (attested before).
    """
    _, body = _heard("purge", organisation_id, said, now)
    # Held to the end: of two programs that attest one notice at once, the second finds the first's.
    row = Licence.objects.select_for_update().filter(pk=body["licence"], organisation_id=organisation_id).first()
    release = Release.objects.filter(pk=body["release"], licence=row).first() if row else None
    if row is None or release is None:
        raise NotFound
    if not body["notice"] or (body["root"], body["count"]) != (digest(sorted(samples)), len(samples)):
        raise BadInput("A purge names its notice, and signs the root and the number of the samples that were deleted.")
    if Purge.objects.filter(licence=row, notice=body["notice"]).exists():
        raise Conflict("This purge was attested before.")
    line = record.append(
        kind="purge",
        body=body,
        signed=_signature(said),
        about=[row.id, row.project_id, organisation_id],
        now=now,
    )
    notice = str(body["notice"])[:60]
    Purge.objects.create(licence=row, release=release, notice=notice, samples=sorted(samples), at=now, line=line)
    _meet_notices(organisation_id, row.id, release.id, set(samples), body, now)
    return sorted(set(withdrawn(release.id, licence_terms(row.id), now=now)) - set(samples))


@transaction.atomic
def attest_notice(*, organisation_id: str, said: Mapping[str, object], words: str, now: datetime) -> None:
    """The licensee's signed word that what a notice names is gone, in its own words; the notice is signed by it, too.

    Raises BadInput, Damaged, NotFound, Refused. Twice is once.
    """
    _, body = _heard("purge", organisation_id, said, now, fields=ATTESTS)
    if body["words"] != digest(words.strip()):
        raise BadInput("What was signed commits to other words than these.")
    if isinstance(body["removed"], bool) or not isinstance(body["removed"], int):
        raise BadInput("“removed” is a whole number of files.")
    notice = notices.notice(str(body["notice"]), organisation_id)
    if notice.licence != body["licence"]:
        raise NotFound
    meet.sign(notice_id=notice.id, licensee_id=organisation_id, signed={}, now=now)
    meet.attest(
        notice_id=notice.id,
        licensee_id=organisation_id,
        removed=body["removed"],
        words=words,
        signed=_signature(said),
        said=body,
        now=now,
    )


def _meet_notices(
    organisation_id: str, licence_id: str, release_id: str, samples: set[str], body: Mapping[str, object], now: datetime
) -> None:
    """Notices whose performances, as far as this release held them, are all among the deleted samples are met."""
    held = dict(Inclusion.objects.filter(release_id=release_id).values_list("performance", "sample"))
    for one in notices.of_licensee(organisation_id, licence=licence_id):
        here = {held[performance] for performance in one.performances if performance in held}
        if one.purged_at is None and here and here <= samples:
            told = f"yesif prune: {str(body['before'])[:16]} to {str(body['after'])[:16]}"
            meet.sign(notice_id=one.id, licensee_id=organisation_id, signed={}, now=now)
            meet.attest(
                notice_id=one.id, licensee_id=organisation_id, removed=len(here), words=told, signed={}, now=now
            )


def _write_lease(
    run: Run, licence: LicenceSeen, release_id: str, terms: Terms, clips: tuple[Clip, ...], now: datetime
) -> Leased:
    lease_id, held = ids.new("lse"), [clip for clip in clips if clip.may]
    line = record.append(
        kind="lease",
        body={
            "lease": lease_id,
            "run": run.id,
            "licence": licence.id,
            "release": release_id,
            "what": run.what,
            "where": run.where,
            "starts_ms": terms.starts * 1000,
            "expires_ms": terms.expires * 1000,
            "terms": terms.digest,
            "clips": len(held),
        },
        rows=[
            record.Row(
                clip.performer,
                {
                    "performance": clip.performance,
                    "performer": clip.performer,
                    "grants": list(clip.own_grants),
                    "together": list(clip.together),
                    "ms": clip.ms,
                },
            )
            for clip in held
        ],
        refs=[run.line, *([licence.line] if licence.line else [])],
        about=[lease_id, run.id, licence.id, licence.project_id, licence.organisation_id],
        now=now,
    )
    made = Lease.objects.create(
        id=lease_id, run=run, starts_at=now, expires_at=_at(terms.expires, now), terms=terms.digest, line=line
    )
    LeasedClip.objects.bulk_create(
        [LeasedClip(lease=made, performance=one.performance, performer=one.performer, ms=one.ms) for one in held],
        batch_size=500,
    )
    return Leased(lease_id, line, terms, _reader(run.reader), clips)


def _lasting(clip: Clip, now: datetime) -> Clip:
    """A clip whose yes ends within this very second is not leased any more: no lease could be short enough."""
    ends = clip.until is not None and int(clip.until.timestamp()) <= int(now.timestamp())
    return replace(clip, may=False) if ends else clip


def _terms(
    run: Run, licence: LicenceSeen, clips: Sequence[Clip], release_id: str, hours: int | None, now: datetime
) -> Terms:
    """From this second on, for the hours asked for, and never beyond the licence or the first yes in it that ends."""
    seconds = USUAL_SECONDS if hours is None else hours * 3600
    if not 0 < seconds <= LONGEST_SECONDS:
        raise BadInput(f"A lease lasts 1 to {LONGEST_SECONDS // 3600} hours, not {hours}.")
    starts = int(now.timestamp())
    ends = [licence.ends_at, *(clip.until for clip in clips if clip.may and clip.until is not None)]
    expires = min(starts + seconds, int(min(ends).timestamp()))
    return Terms(licence.id, run.id, run.what, run.where, starts, expires, release_id)


def _licence(licence_id: str, organisation_id: str, now: datetime) -> LicenceSeen:
    found = licence_terms(licence_id)
    if found.organisation_id != organisation_id:
        raise NotFound
    if not found.runs_at(now):
        raise Refused("This licence does not run today: it is not signed, has not begun, or is over.")
    return found


def _heard(
    kind: str, organisation_id: str, said: Mapping[str, object], now: datetime, *, fields: Sequence[str] = ()
) -> tuple[SigningKey, dict[str, object]]:
    """What a program signed: by a living key of this organisation, whole, and just now."""
    fields = fields or SAYS[kind]
    body = {name: said.get(name) for name in fields}
    if set(said) - {"signed"} != set(fields) or any(value is None for value in body.values()):
        raise BadInput(f"A {kind} says {', '.join(fields)}, and who signed it.")
    try:
        public = signed.verify(kind, dict(said))
    except (TypeError, ValueError):
        raise Damaged(f"the signature on this {kind} line does not hold") from None
    key = SigningKey.objects.filter(public=public, organisation_id=organisation_id, ended_at=None).first()
    if key is None:
        raise Refused("This is signed with a key that is not your organisation's, or was ended.")
    at = body["at_ms"]
    if not isinstance(at, int) or abs(now.timestamp() * 1000 - at) > FRESH.total_seconds() * 1000:
        raise Refused("This was signed too long ago, or by a clock that is wrong: sign it anew.")
    return key, body


def _signature(said: Mapping[str, object]) -> dict[str, str]:
    told = said["signed"]
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _reader(text: str) -> X25519PublicKey:
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise BadInput("A reader's key is the base64 of 32 bytes (X25519).") from None


def _at(seconds: int, now: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, tz=now.tzinfo)
