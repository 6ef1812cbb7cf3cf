"""The README of a release: a Hugging Face dataset card with explicit configs and features, and what a reader must know.

Features are written out because the `webdataset` builder otherwise guesses them from the first five samples and drops
in silence what shows up later. Media columns are `binary`: `datasets` cannot even store an Audio column without
torchcodec; a reader who has it casts (`cast_column("wav", Audio())`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from yesif.core.corpus.layout import SPLITS
from yesif.core.corpus.sample import SHAPE
from yesif.core.corpus.shape import features

_DTYPES = {
    "<f2": "float16",
    "<f4": "float32",
    "<f8": "float64",
    "|b1": "bool",
    "<i2": "int16",
    "<i4": "int32",
    "<i8": "int64",
}

_YAML_WORDS = ("null", "true", "false", "yes", "no", "on", "off")


@dataclass(frozen=True, slots=True)
class ConfigFacts:
    """One config: its members, the arrays in its `.npz` (name to dtype and dimensions), its shards by split."""

    name: str
    members: tuple[str, ...]
    arrays: Mapping[str, tuple[str, int]]
    shards: Mapping[str, tuple[str, ...]]
    samples: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What the card tells. `dated` is the day of the newest scene, ISO 8601: the build's own time is in no byte."""

    name: str
    title: str
    what: str
    where: str
    licensee: str
    until: str
    dated: str
    software: str
    configs: tuple[ConfigFacts, ...]
    excluded: Mapping[str, int]
    reasons: Mapping[str, str]
    prohibited: tuple[str, ...]
    participants: int
    hours: float
    sealed: bool = False


def card(facts: ReleaseFacts) -> str:
    """The text of README.md."""
    front: dict[str, object] = {
        "pretty_name": facts.title,
        "license": "other",
        "license_name": "one-use-licence",
        "tags": ["webdataset", "dyadic", "improvisation", "consent"],
    }
    if not facts.sealed:  # of a sealed release `datasets` could only load ciphertext
        front["configs"] = [_config(config) for config in facts.configs]
        front["dataset_info"] = [
            {"config_name": config.name, "features": config_features(config)} for config in facts.configs
        ]
    return "---\n" + yaml(front) + "---\n\n" + _body(facts)


def config_features(config: ConfigFacts) -> list[dict[str, object]]:
    """The columns of one config, explicit, as `dataset_info.features` holds them."""
    columns: list[dict[str, object]] = [features("json", dict(SHAPE))]
    if "npz" in config.members:
        arrays = [{"name": name, **_array(*config.arrays[name])} for name in sorted(config.arrays)]
        columns.append({"name": "npz", "struct": arrays})
    columns += [{"name": member, "dtype": "binary"} for member in ("wav", "mp4") if member in config.members]
    return [*columns, {"name": "__key__", "dtype": "string"}, {"name": "__url__", "dtype": "string"}]


def _array(descr: str, dimensions: int) -> dict[str, object]:
    if dimensions == 0:
        return {"dtype": _DTYPES[descr]}
    inner = _array(descr, dimensions - 1)
    return {"list": inner.get("dtype") or inner}


def _config(config: ConfigFacts) -> dict[str, object]:
    # A batch holds one config only, so its shards need not be told one by one.
    batches = {split: sorted({path.rsplit("/", 1)[0] for path in config.shards.get(split, ())}) for split in SPLITS}
    files = [
        {"split": split, "path": [f"{batch}/*.tar" for batch in found]} for split, found in batches.items() if found
    ]
    return {"config_name": config.name, "data_files": files}


def yaml(value: object, indent: int = 0) -> str:
    """A value as block YAML whose scalars are JSON (a subset of YAML 1.2): no text can change the meaning."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{_scalar(key)}:{_nested(item, indent + 2)}" for key, item in value.items())
    if isinstance(value, list | tuple) and value:
        return "".join(f"{pad}-{_nested(item, indent + 2)}" for item in value)
    return f"{pad}{_scalar(value)}\n"


def _nested(value: object, indent: int) -> str:
    if isinstance(value, dict | list | tuple) and value:
        return "\n" + yaml(value, indent)
    return f" {_scalar(value)}\n"


def _scalar(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z_]{2,}", value) and value not in _YAML_WORDS:
        return value
    return json.dumps(value, ensure_ascii=True)


def plain(text: str) -> str:
    """Text someone typed, safe in Markdown: on one line, its marks escaped."""
    line = " ".join("".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text).split())
    return re.sub(r"([\\`*_{}\[\]<>()|~])", r"\\\1", line)


def _body(facts: ReleaseFacts) -> str:
    sections = (_licence(facts), _contents(facts), _left_out(facts), _loading(facts), _NOTES)
    return "\n\n".join([*sections, f"Newest scene {facts.dated}. Built by {plain(facts.software)}.\n"])


def _licence(facts: ReleaseFacts) -> str:
    never = "\n".join(f"- {plain(line)}" for line in facts.prohibited)
    return f"""# {plain(facts.title)}

**You may use this only to {plain(facts.what)}, in {plain(facts.where)}, until {plain(facts.until)}.** \
It is licensed to {plain(facts.licensee or "the licensee named in the licence")}. \
A performer who withdraws must leave your copies too: your licence says by when.

Never, for anyone:
{never}"""


def _contents(facts: ReleaseFacts) -> str:
    samples = sum(sum(config.samples.values()) for config in facts.configs)
    rows = "\n".join(
        f"| `{config.name}` | {' '.join(config.members)} | "
        + " | ".join(str(config.samples.get(split, 0)) for split in SPLITS)
        + " |"
        for config in facts.configs
    )
    return f"""{samples} performances by {facts.participants} performers, {facts.hours:.2f} hours. \
Improvised scenes of two people over a video call, each recorded on their own machine.

| config | members | train | dev | test |
|---|---|---|---|---|
{rows}

`dyad`: the partner follows directly in the same shard. `apart`: the partner is in another config. \
`solo`: the partner is not in this release, and nothing in the sample comes from them."""


def _left_out(facts: ReleaseFacts) -> str:
    rows = "\n".join(
        f"| {plain(facts.reasons.get(reason, reason))} (`{reason}`) | {count} |"
        for reason, count in facts.excluded.items()
    )
    return f"""## Left out of this release

| reason | performances |
|---|---|
{rows or "| nothing was left out | 0 |"}"""


def _loading(facts: ReleaseFacts) -> str:
    first = facts.configs[0].name
    if facts.sealed:
        return _OPENING.replace("CONFIG", first)
    return f"""## Load it

```python
from datasets import load_dataset  # add streaming=True to copy nothing
ds = load_dataset("path/to/this/folder", "{first}")

from yesif.core.corpus import Reader  # checks every member's SHA-256
for sample in Reader("path/to/this/folder", config="{first}"): ...
```

Media are bytes; with torchcodec installed, `ds.cast_column("wav", datasets.Audio())` decodes them. \
`sha256sum -c SHA256SUMS` checks every file."""


_OPENING = """## Open it

The members of the shards are encrypted (C2SP chunked-encryption). A run declares what it is for and leases keys:

```python
from yesif.cli.licensee import Account
from yesif.core.corpus import Reader

with Account.read("account.json").run(what="…", where="…", model="…", environment="…", release="…") as run:
    for sample in Reader("path/to/this/folder", config="CONFIG", keys=run.keys("path/to/this/folder")): ...
```

What a performer has ended since is skipped. Tables that tell what was said or measured are empty here: each sample \
carries its own. `sha256sum -c SHA256SUMS` checks every file."""


_NOTES = """## What to know

- Times are seconds of take time: 0 is "action". The voices of partners lie on it to the sample; `sync` tells how well.
- The picture keeps its own times; add `sync.av_offset_s` to get take time.
- In the `.npz`, NaN means not measured and `…:is_valid` says where; nothing is filled with zeros.
- Blinks, rhythm, emphasis of words and synchrony have one row a stretch: `…:start_s`, `…:end_s`. Emphasis and \
synchrony are relative: to the words around, and to the chance that stands beside them.
- What a performer sealed is silent and black in both partners' samples, and in no array, word or turn.
- Splits are by person, sealed when each performer joined. Ids do not join across licences.
- Tables are in `metadata/`; every column tells its unit and what an empty value means."""
