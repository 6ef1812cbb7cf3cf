"""Pages before the doors: home, sign-in."""
