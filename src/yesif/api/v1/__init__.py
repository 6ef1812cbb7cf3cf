"""Version 1 of what programs ask for, as JSON: licences and releases, runs and leases, reports."""
