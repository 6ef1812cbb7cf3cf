"""Projects, offers and bookings: who plays for whom, on which terms."""
