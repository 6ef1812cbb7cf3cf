"""A whole number out of an address or a form."""

MOST_DIGITS = 18
"""So many fit into a column of 64 bits, whatever they are."""


def whole_number(text: str) -> int | None:
    """0, 1, 2 … as it was typed; None for anything else. In ASCII: “²” is a digit to Python, and no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
