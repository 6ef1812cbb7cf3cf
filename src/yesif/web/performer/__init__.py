"""Pages a performer opens: sessions, answers, review."""
