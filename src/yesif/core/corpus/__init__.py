"""The form of a release: names, shards, tables, card, manifest, and the reader a licensee runs without our server."""

from yesif.core.corpus.reader import Reader

__all__ = ["Reader"]
