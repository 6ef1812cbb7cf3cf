"""Ask the configured witnesses to cosign the published checkpoint (https://c2sp.org/tlog-witness).

A witness that does not answer, or answers with something else, is passed over and asked again at the next checkpoint:
the log goes on without it, and whoever checks sees how many signed.
"""

import http.client
import logging
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from yesif.apps.record.shelf import Shelf
from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import tree
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import Note, Signature
from yesif.core.tlog.tile import TileReader
from yesif.core.tlog.trust import Peer
from yesif.core.tlog.witness import SIZE_TYPE, Request

logger = logging.getLogger(__name__)

TIMEOUT_S = 5.0
_MOST_BYTES = 64 << 10


def ask_witnesses(shelf: Shelf) -> int:
    """Collect the cosignatures that are still missing; returns how many came. The checkpoint is published anew with
    each of them, over the same text."""
    peers = {name: peer for name, peer in shelf.trust().witnesses.items() if peer.url}
    standing = shelf.published()
    if not peers or standing is None:
        return 0
    note, checkpoint = standing
    came: list[Signature] = []
    for name, peer in sorted(peers.items()):
        if note.verified_by([peer.verifier]):
            continue
        try:
            came.append(_ask(shelf, name, peer, note, checkpoint))
        except (YesIfError, OSError, http.client.HTTPException) as wrong:
            logger.warning("a witness did not cosign", extra={"witness": name, "why": type(wrong).__name__})
    if came:
        shelf.publish(Note(note.text, (*note.signatures, *came)))
    return len(came)


def _ask(shelf: Shelf, name: str, peer: Peer, note: Note, checkpoint: Checkpoint) -> Signature:
    old = shelf.cosigned_size(name)
    for _ in range(2):  # a 409 says which size the witness knows; then once more from there
        proof = tree.consistency_proof(old, checkpoint.size, TileReader(checkpoint.size, shelf.content))
        status, kind, text = _post(peer.url, str(Request(old, tuple(proof), note, checkpoint)))
        told = text.strip()
        if status == 409 and kind == SIZE_TYPE and told.isascii() and told.isdigit() and int(told) <= checkpoint.size:
            old = int(told)
            continue
        if status != 200:
            raise Damaged(f"the witness answered {status}")
        signature = _own(peer, note.text, text)
        shelf.keep_cosigned_size(name, checkpoint.size)
        return signature
    raise Damaged("the witness knows another size at every asking")


def _own(peer: Peer, text: str, lines: str) -> Signature:
    """The witness's own signature among the lines of its answer, once it holds."""
    answered = Note.parse(f"{text}\n{lines}")
    for one in answered.signatures:
        if (one.name, one.key_id) == (peer.verifier.name, peer.verifier.key_id):
            Note(text, (one,)).verified_by([peer.verifier])
            return one
    raise Damaged("the witness answered with another's signature")


def _post(url: str, text: str) -> tuple[int, str, str]:
    if urlsplit(url).scheme not in ("http", "https"):
        raise Damaged("a witness is reached by http or https")
    asked = urllib.request.Request(f"{url}/add-checkpoint", text.encode(), method="POST")  # noqa: S310  checked above
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return answer.status, answer.headers.get_content_type(), answer.read(_MOST_BYTES).decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers.get_content_type(), refused.read(_MOST_BYTES).decode()
    except UnicodeDecodeError:
        raise Damaged("the witness answered with something that is not text") from None
