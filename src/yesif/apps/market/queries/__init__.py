"""Read the market: releases, organisations, licences, runs and what was leased."""

from yesif.apps.market.queries.leased import LeasedSeen, leased
from yesif.apps.market.queries.licences import LicenceSeen, licence, licence_terms, licences_of, licences_sold, use_of
from yesif.apps.market.queries.releases import (
    ReleaseSeen,
    building,
    line_key,
    line_of,
    project_named,
    release,
    releases_of_project,
    releases_with,
)

__all__ = [
    "LeasedSeen",
    "LicenceSeen",
    "ReleaseSeen",
    "building",
    "leased",
    "licence",
    "licence_terms",
    "licences_of",
    "licences_sold",
    "line_key",
    "line_of",
    "project_named",
    "release",
    "releases_of_project",
    "releases_with",
    "use_of",
]
