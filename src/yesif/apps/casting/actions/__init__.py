"""What casting writes: projects and direct offers here by name, the rest by file (calls, terms, sheets, blocks)."""

from yesif.apps.casting.actions.projects import decline, make_project, offer

__all__ = ["decline", "make_project", "offer"]
