"""A catalogue of gettext, read, written and compiled with nothing but Python: nobody needs gettext's own programs."""

import ast
import struct
from collections.abc import Iterable
from pathlib import Path

from tests.house.msgids import Message

HEAD = (
    "Project-Id-Version: yesif\nLanguage: es\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)
Texts = tuple[str, ...]
"""One text, or one for each plural form."""


def read(path: Path) -> dict[Message, Texts]:
    """The entries of a catalogue, without its head. A fuzzy or obsolete entry is refused: it would be shown or rot."""
    found: dict[Message, Texts] = {}
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip()]
        if any(line.startswith(("#~", "#,")) and ("fuzzy" in line or line.startswith("#~")) for line in lines):
            raise ValueError(f"an entry is fuzzy or obsolete: {block[:80]}")
        parts: dict[str, str] = {}
        for line in (one for one in lines if not one.startswith("#")):
            if not line.startswith('"'):
                key, _blank, line = line.partition(" ")
                parts[key] = ""
            parts[key] += ast.literal_eval(line)
        if parts.get("msgid"):
            texts = tuple(text for key, text in parts.items() if key.startswith("msgstr"))
            found[parts["msgid"], parts.get("msgid_plural", "")] = texts
    return found


def write(path: Path, entries: Iterable[tuple[Message, Texts]]) -> None:
    """Write the catalogue in one form, so that a change of one text is a change of its lines alone."""
    blocks = ['msgid ""\nmsgstr ""\n' + "\n".join(_quoted(line + "\n") for line in HEAD.splitlines())]
    for (one, many), texts in entries:
        lines = [f"msgid {_quoted(one)}"]
        if many:
            lines += [f"msgid_plural {_quoted(many)}", *(f"msgstr[{n}] {_quoted(t)}" for n, t in enumerate(texts))]
        else:
            lines.append(f"msgstr {_quoted(texts[0])}")
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n")


def compiled(entries: Iterable[tuple[Message, Texts]]) -> bytes:
    """The .mo of these entries, as msgfmt would write it."""
    table = {"": HEAD}
    for (one, many), texts in entries:
        table[f"{one}\0{many}" if many else one] = "\0".join(texts)
    rows = sorted((key.encode(), text.encode()) for key, text in table.items() if text)
    keys = b"".join(key + b"\0" for key, _text in rows)
    texts_at = 28 + 16 * len(rows) + len(keys)
    places, starts, ends = b"", 28 + 16 * len(rows), texts_at
    second = b""
    for key, text in rows:
        places += struct.pack("<2I", len(key), starts)
        second += struct.pack("<2I", len(text), ends)
        starts, ends = starts + len(key) + 1, ends + len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, 28 + 16 * len(rows))
    return head + places + second + keys + b"".join(text + b"\0" for _key, text in rows)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
