"""The heavy half of a build, run in a worker's child: no database, only what the arguments hold."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yesif.core.corpus.assemble import Contents, WrittenShard, write_planned
from yesif.core.corpus.plan import Placed, Plan, PlannedShard
from yesif.flows.release.describe import describe
from yesif.flows.release.sample import contents
from yesif.flows.release.seal import Sealing, seal_contents
from yesif.flows.release.values import SampleInput, Terms


def write_one(
    target: str, planned: PlannedShard, samples: Sequence[SampleInput], terms: Terms, sealing: Sealing | None = None
) -> dict[str, Any]:
    """Write one shard to `target`, sealed where there are keys to seal it with; returns it as JSON."""
    by_key = {one.key: one for one in samples}
    keys: dict[str, tuple[str, str]] = {}
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=Path(target).parent, prefix=".scratch-") as scratch:

        def made(placed: Placed) -> Contents:
            plain = contents(by_key[placed.key], terms, Path(scratch))
            if sealing is None:
                return plain
            whole, keys[str(placed.key)] = seal_contents(plain, placed, sealing, Path(scratch))
            return whole

        return replace(write_planned(Path(target), planned, made), keys=keys).as_json()


def write_rest(
    folder: str,
    shards: Sequence[tuple[str, dict[str, Any]]],
    plan: Plan,
    samples: Sequence[SampleInput],
    terms: Terms,
    url: str,
) -> dict[str, Any]:
    """Put the release together in `folder`, anew: `shards` are files with their facts. Returns digest and size."""
    whole = Path(folder)
    shutil.rmtree(whole, ignore_errors=True)
    for path, facts in shards:
        (whole / facts["path"]).parent.mkdir(parents=True, exist_ok=True)
        (whole / facts["path"]).hardlink_to(path)
    written = [WrittenShard.from_json(facts) for _, facts in shards]
    digest = describe(whole, plan, samples, written, terms, url)
    return {"digest": digest, "bytes": sum(one.stat().st_size for one in whole.rglob("*") if one.is_file())}
