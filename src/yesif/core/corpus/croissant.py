"""The release described for machines: Croissant 1.1 (mlcommons.org/croissant/1.1) with its responsible-AI terms.

Record sets point at the Parquet tables and at the manifest, not into the tars: readers of Croissant read those.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from yesif.core.corpus.card import ReleaseFacts
from yesif.core.corpus.tables import Table

_CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of the release: path below it, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


def croissant(facts: ReleaseFacts, *, url: str, files: Mapping[str, FileFacts], tables: Mapping[str, Table]) -> bytes:
    """The bytes of `croissant.json`. `tables` gives the table in each Parquet file of `files` that has one."""
    value = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": facts.name,
        "description": f"Improvised scenes of two people, released only to {facts.what}, in {facts.where}.",
        "url": url,
        "license": "LicenseRef-one-use-licence",
        "version": "1.0.0",
        "datePublished": facts.dated,
        "creator": {"@type": "sc:Organization", "name": facts.software, "url": url},
        "citeAs": f"{facts.name} ({facts.dated[:4]})",
        "isLiveDataset": False,
        "rai:dataCollection": "Unscripted scenes over a video call; each performer recorded on their own machine.",
        "rai:dataUseCases": f"Only to {facts.what}, in {facts.where}, until {facts.until}.",
        "rai:dataReleaseMaintenancePlan": "A performer may withdraw at any time; the licensee is told and must purge.",
        "rai:personalSensitiveInformation": "Faces and voices of consenting performers under pseudonyms.",
        "distribution": [_file(one) for _, one in sorted(files.items())],
        "recordSet": [_records(path, table) for path, table in sorted(tables.items()) if path in files],
    }
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _file(one: FileFacts) -> dict[str, object]:
    kinds = {"tar": "application/x-tar", "parquet": "application/x-parquet", "csv": "text/csv", "md": "text/markdown"}
    return {
        "@type": "cr:FileObject",
        "@id": one.path,
        "name": one.path,
        "contentUrl": one.path,
        "contentSize": f"{one.size} B",
        "encodingFormat": kinds.get(one.path.rsplit(".", 1)[-1], "application/octet-stream"),
        "sha256": one.sha256,
    }


def _records(path: str, table: Table) -> dict[str, object]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.about,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.name}/{column.name}",
                "name": column.name,
                "description": column.about + (f" [{column.unit}]" if column.unit else ""),
                "dataType": _TYPES[column.kind],
                "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
            }
            for column in table.columns
        ],
    }
