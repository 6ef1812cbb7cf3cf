"""Pages a producer opens: projects, bookings, sessions, takes, releases."""
