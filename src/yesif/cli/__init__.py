"""The command yesif."""
