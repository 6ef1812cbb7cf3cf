"""Is a take fit to be used? Findings with value, unit, threshold and evidence; they never touch pay."""
