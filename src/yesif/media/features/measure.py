"""Measure a performer's tracks: one decode pass a file, tables out, findings and figures with them.

The entry for the ingest flow. Arguments and results can be pickled, so that it runs in a child process with limits.
A table that stands in the folder already, under the address of the same track, recipe and time map, is not made again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import Damaged, LimitReached, NotFound
from yesif.media.decode import Decoded, Seen, decode
from yesif.media.features import blinks, gaze, head, prominence, rhythm, speech
from yesif.media.features.judging import Pass, Span, camera_side, figures, voice_side
from yesif.media.features.menu import USUAL, Skipped, Wanted, listeners
from yesif.media.features.shelf import Measured, MeasuredTable, Shelf, sha256_of, skipped
from yesif.media.stage import UNMOVED, Recipe, Stage, TimeMap
from yesif.media.tables import Rows, TableWriter, about


def measure_track(
    paths: Mapping[str, Path],
    out_dir: Path,
    *,
    models_dir: Path,
    maps: Mapping[str, TimeMap] | None = None,
    digests: Mapping[str, str] | None = None,
    wanted: Wanted = USUAL,
    span_ns: Span | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Measured:
    """Measure the tracks of one performance.

    `paths`: `voice` and `camera`; either may be absent, and both may be one file. `maps`: track time to take time for
    each. `digests`: SHA-256 of each file where the caller knows it. `span_ns`: the take from action to cut; findings
    and figures are of that stretch, tables keep everything. Does not raise for what a recording holds: a file that
    cannot be read is a finding, and its stages are skipped with the reason.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    work = _Work(dict(paths), out_dir, models_dir, dict(maps or {}), dict(digests or {}), wanted, on_progress)
    tables: list[MeasuredTable] = []
    for media in work.by_file():
        tables += work.measure(media)
    tables += work.derive(tables)
    tables.sort(key=lambda table: (table.track, table.stage))
    passes = {medium: work.passed(medium, tables) for medium in paths}
    findings = voice_side(tables, passes.get("voice"), span_ns) + camera_side(tables, passes.get("camera"), span_ns)
    return Measured(tuple(tables), tuple(findings), figures(tables, passes, span_ns))


def _once(rows: Callable[..., Rows]) -> Callable[..., Iterable[Rows]]:
    return lambda *paths: [rows(*paths)]


def _always(*_paths: Path) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class _Derived:
    """A table out of tables: the recipe, the stages it is worked out from, how, and why it may be impossible."""

    recipe: Recipe
    needs: tuple[str, ...]
    rows: Callable[..., Iterable[Rows]]
    why_not: Callable[..., str] = _always


_DERIVED = (
    _Derived(speech.RECIPE, ("vad",), _once(speech.speech_rows)),
    _Derived(head.RECIPE, ("face",), head.head_rows),
    _Derived(gaze.RECIPE, ("face",), gaze.gaze_rows, gaze.why_not),
    _Derived(blinks.RECIPE, ("face",), _once(blinks.blink_rows)),
    _Derived(rhythm.RECIPE, ("speech_level", "f0", "speech"), _once(rhythm.rhythm_rows)),
    _Derived(prominence.RECIPE, ("words", "f0", "speech_level"), _once(prominence.prominence_rows)),
)


@dataclass(slots=True)
class _Work:
    """One call of `measure_track`: what was asked, and how each file's pass went."""

    paths: dict[str, Path]
    out_dir: Path
    models: Path
    maps: dict[str, TimeMap]
    digests: dict[str, str]
    wanted: Wanted
    on_progress: Callable[[int], None] | None

    def by_file(self) -> list[tuple[str, ...]]:
        """Media grouped by the file they are in: one pass each."""
        files: dict[Path, list[str]] = {}
        for medium, path in self.paths.items():
            files.setdefault(path, []).append(medium)
        return [tuple(media) for media in files.values()]

    def clock(self, medium: str) -> TimeMap:
        return self.maps.get(medium, UNMOVED)

    def shelf(self, medium: str) -> Shelf:
        if medium not in self.digests:
            self.digests[medium] = sha256_of(self.paths[medium])
        return Shelf(self.out_dir, medium, (self.digests[medium],), self.clock(medium))

    def measure(self, media: Sequence[str]) -> list[MeasuredTable]:
        """Run the stages of one file's media in one pass; tables that stand already are left standing."""
        path = self.paths[media[0]]
        if not path.is_file():
            return [skipped("decode", medium, f"There is no file for the {medium}.") for medium in media]
        tables: list[MeasuredTable] = []
        writing: list[tuple[Stage, TableWriter, Shelf]] = []
        for medium in media:
            shelf = self.shelf(medium)
            for stage in listeners(medium, self.models, self.wanted):
                if isinstance(stage, Skipped):
                    tables.append(skipped(stage.stage, medium, stage.reason))
                elif (found := shelf.found(stage.recipe)) is not None:
                    tables.append(found)
                else:
                    writing.append((stage, shelf.writer(stage.recipe), shelf))
        return tables + self._run(path, media, writing)

    def derive(self, tables: Sequence[MeasuredTable]) -> list[MeasuredTable]:
        """Tables worked out from tables, in an order in which each finds what it needs."""
        seen = {table.stage: table for table in tables}
        for one in _DERIVED:
            if all(stage in seen for stage in one.needs):
                seen[one.recipe.stage] = self._derived(one, [seen[stage] for stage in one.needs])
        before = {table.stage for table in tables}
        return [table for stage, table in seen.items() if stage not in before]

    def _derived(self, one: _Derived, sources: Sequence[MeasuredTable]) -> MeasuredTable:
        stage, track = one.recipe.stage, sources[0].track
        paths = [source.path for source in sources if source.path is not None]
        if len(paths) < len(sources):
            missing = next(source for source in sources if source.path is None)
            return skipped(stage, track, f"It is worked out from {missing.stage}, which was skipped.")
        if reason := one.why_not(*paths):
            return skipped(stage, track, reason)
        shelf = Shelf(self.out_dir, track, tuple(source.address for source in sources), self.clock(track))
        return shelf.derived(one.recipe, one.rows(*paths), about(paths[0])["pass"])

    def passed(self, medium: str, tables: Sequence[MeasuredTable]) -> Pass:
        """How the medium's pass went, as its tables tell; a file that could not be read has no tables."""
        for table in tables:
            if table.track == medium and table.path is not None:
                return Pass.read(about(table.path)["pass"])
        return Pass(readable=False)

    def _run(
        self, path: Path, media: Sequence[str], writing: Sequence[tuple[Stage, TableWriter, Shelf]]
    ) -> list[MeasuredTable]:
        if not writing:
            return []
        for stage, writer, _ in writing:
            stage.start(writer)
        whole = False
        try:
            decoded = decode(
                path,
                [stage for stage, _, _ in writing],
                video=self.clock("camera") if "camera" in media else None,
                audio=self.clock("voice") if "voice" in media else None,
                on_progress=self.on_progress,
            )
            for stage, _, _ in writing:
                stage.finish()
            whole = True
        except (Damaged, LimitReached, NotFound) as reason:
            return [skipped(writer.recipe.stage, shelf.track, str(reason)) for _, writer, shelf in writing]
        finally:
            if not whole:
                for _, writer, _ in writing:
                    writer.abandon()  # nothing half-written may look like a table
        return [_closed(writer, shelf, decoded) for _, writer, shelf in writing]


def _closed(writer: TableWriter, shelf: Shelf, decoded: Decoded) -> MeasuredTable:
    seen: Seen = decoded.audio if shelf.track == "voice" else decoded.video
    if not seen.count:
        writer.abandon()
        return skipped(writer.recipe.stage, shelf.track, f"The file holds no {shelf.track}.")
    writer.close(Pass.of(decoded, seen).as_json())
    return shelf.taken(writer)
