"""Pages before the doors: home, sign-in, open calls, letters' links, founding the studio."""
