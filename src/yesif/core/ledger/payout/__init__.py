"""Files a bank takes: pain.001 (Europe), ABA (Australia), NACHA (United States), CSV; and the checks of what goes
in."""
