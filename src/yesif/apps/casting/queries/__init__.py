"""What casting reads: projects and bookings here by name, the rest by file (calls, terms, sheets, blocks, board)."""

from yesif.apps.casting.queries.projects import (
    UNKNOWN_LICENSEE,
    BookingSeen,
    ProjectSeen,
    booking,
    bookings_of,
    bookings_of_project,
    deck_ids_of,
    project,
    project_title,
    projects_of,
)

__all__ = [
    "UNKNOWN_LICENSEE",
    "BookingSeen",
    "ProjectSeen",
    "booking",
    "bookings_of",
    "bookings_of_project",
    "deck_ids_of",
    "project",
    "project_title",
    "projects_of",
]
