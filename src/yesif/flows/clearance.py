"""The clearance pack: a licence's words, the chain behind every item of its newest release, and the proofs.

licence.txt, agreement.json      what two people signed; the same as ODRL
items.csv                        sample, parts, form, receipts of the grants, whether it may be used today
runs.csv                         every run, what it declared, how many leases, what it reported
proofs/<kind>-<line>.zip         receipts of the licence's own lines: `yesif verify proofs/*.zip`
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime

from yesif.apps.market import queries
from yesif.apps.market.queries import LicenceSeen, runs
from yesif.apps.record import queries as record
from yesif.core.corpus.layout import token

_KINDS = ("licence", "release", "run-open", "lease", "run-close", "purge")


def pack(one: LicenceSeen, *, now: datetime) -> bytes:
    """The whole pack as a zip. Performers stand in it under their pseudonyms and their receipts' tokens only."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("licence.txt", one.words + "\n")
        whole.writestr("agreement.json", json.dumps(one.agreement or {}, indent=1, ensure_ascii=False) + "\n")
        whole.writestr("items.csv", _csv(("release", "sample", "may_be_used_today", "receipts"), _items(one, now)))
        whole.writestr("runs.csv", _csv(_RUN, _runs(one)))
        for line in record.lines_about(one.id):
            if line.kind in _KINDS and line.index is not None:
                whole.writestr(f"proofs/{line.kind}-{line.seq}.zip", record.receipt_zip(line.seq, one.id))
    return out.getvalue()


_RUN = ("run", "what", "where", "model", "environment", "opened", "closed", "leases", "clips_read", "root")


def _items(one: LicenceSeen, now: datetime) -> Iterable[tuple[object, ...]]:
    release = next((built for built in runs.releases_of_licence(one.id) if built.state == "published"), None)
    if release is None:
        return
    key = queries.line_key(queries.line_of(release.id))
    for clip in runs.clips_now(release.id, one, now=now):
        receipts = " ".join(sorted(token(grant, key=key) for grant in clip.grants))
        yield release.id, clip.sample, "yes" if clip.may else "no", receipts


def _runs(one: LicenceSeen) -> Iterable[tuple[object, ...]]:
    for run in runs.runs_of_licence(one.id):
        closed = run.closed_at.isoformat() if run.closed_at else ""
        yield (
            run.id, run.what, run.where, run.model, run.environment, run.opened_at.isoformat(), closed, run.leases,
            run.clips_read, run.root,
        )  # fmt: skip


def _csv(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    kept = io.StringIO()
    out = csv.writer(kept, lineterminator="\n")
    out.writerow(head)
    out.writerows([_safe(cell) for cell in row] for row in rows)
    return kept.getvalue()


def _safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: model and environment are what someone typed."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
