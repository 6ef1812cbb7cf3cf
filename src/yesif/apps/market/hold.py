"""Hold what performers said until the lease is committed, so that a revocation is wholly before or wholly after it."""

from yesif.apps.consent.actions import hold

__all__ = ["hold"]
