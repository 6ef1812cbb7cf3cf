"""Samples, frames, arrays. No Django."""
