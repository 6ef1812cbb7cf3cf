"""Projects, calls, contracts, sheets, blocks, offers and bookings: who plays for whom, when, on which terms."""
