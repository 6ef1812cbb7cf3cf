"""Writes of the footage app, by what they are about."""
