"""Licensees and what they get: organisations, prices, licences, releases and who they left out, runs, leases."""
