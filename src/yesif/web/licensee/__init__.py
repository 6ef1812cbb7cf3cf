"""The licensee's door: find, declare, sign, fetch, run, and give back."""
