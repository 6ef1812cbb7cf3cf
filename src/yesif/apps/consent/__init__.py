"""What performers said yes and no to, when, and until when."""
