"""Read the market: releases, organisations, licences, runs and what was leased."""

from yesif.apps.market.queries.audited import leases_given, licences_of_project, manifests_delivered
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
from yesif.apps.market.queries.runs import Delivered, delivered

__all__ = [
    "Delivered",
    "LeasedSeen",
    "LicenceSeen",
    "ReleaseSeen",
    "building",
    "delivered",
    "leased",
    "leases_given",
    "licence",
    "licence_terms",
    "licences_of",
    "licences_of_project",
    "licences_sold",
    "line_key",
    "line_of",
    "manifests_delivered",
    "project_named",
    "release",
    "releases_of_project",
    "releases_with",
    "use_of",
]
