"""Releases: what was built, for which use, and who it left out."""
