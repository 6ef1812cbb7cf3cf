"""The auditor's door, and the page on which anyone checks a receipt."""
