"""A sealed release is read through a lease by `datasets` and in shares of several workers, with nothing written."""

import pickle
from datetime import UTC, datetime

import datasets
import pytest

from tests.flows import licensed, released
from yesif.base.errors import Refused
from yesif.core.corpus import Reader

pytestmark = pytest.mark.django_db


def test_datasets_streams_a_sealed_release_through_a_lease() -> None:
    for name in ("ana", "bo", "cy"):
        released.answer(name, now=datetime.now(UTC))
    released.play("ana", "bo", takes=2)
    released.play("cy")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    keys = licensed.run(lab, licence, release.id).keys(release.folder)
    rows = datasets.IterableDataset.from_generator(
        lambda: iter(Reader(release.folder, config="dyad-av", split="train", keys=keys))
    )
    read = list(rows)
    assert len(read) == 4
    assert all(row["wav"][:4] == b"RIFF" and row["json"].startswith(b"{") for row in read)
    elsewhere = pickle.loads(pickle.dumps(keys))
    with pytest.raises(Refused, match="do not travel"):
        elsewhere.opens("V00_S0001_I00000001_P0001")
    shards = Reader(release.folder, keys=keys).shards()
    shares = [[one["__key__"] for one in Reader(release.folder, shards=shards[n::2], keys=keys)] for n in range(2)]
    assert sorted(shares[0] + shares[1]) == sorted(one["__key__"] for one in Reader(release.folder, keys=keys))
