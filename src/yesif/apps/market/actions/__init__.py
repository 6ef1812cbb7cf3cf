"""Write the market: releases, organisations and their keys, licences, runs and leases."""

from yesif.apps.market.actions.releases import KINDS, Included, end_without, number, publish, start, start_licensed

__all__ = ["KINDS", "Included", "end_without", "number", "publish", "start", "start_licensed"]
