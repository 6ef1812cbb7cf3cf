"""What the unions tell their members to ask, which a call must answer; why an application is put aside, from a list."""

ASKED = (
    ("training", "Is this for training AI, for testing it, or for something else?", "Equity UK"),
    ("stored", "How and where are the recordings stored, and who can open them?", "Equity UK"),
    ("deleted", "When are the recordings deleted?", "Equity UK"),
    ("others", "Will anyone else get them: other companies, partners, later owners?", "NAVA"),
    ("likeness", "Can anything made from them sound or look like me?", "SAG-AFTRA, NAVA"),
    ("ends", "When does the licence end, and what happens then?", "MEAA"),
)
"""(id, question, who tells members to ask it)."""

NOT_NOW = (
    ("full", "The places are taken."),
    ("language", "The project plays in another language."),
    ("times", "Your times and the blocks do not meet."),
    ("balance", "The project needs other parts of its balance first."),
)
"""Reasons to put an application aside; each is shown to the performer as it stands here."""

TIMES = tuple(
    (f"{day}-{part}", f"{day.title()} {part}")
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for part in ("morning", "afternoon", "evening")
)
"""When someone usually can."""
