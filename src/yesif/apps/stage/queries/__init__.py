"""Reads of the stage app, by what they are about."""
