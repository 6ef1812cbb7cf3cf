"""Reads of the footage app, by who asks."""
