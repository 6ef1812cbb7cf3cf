"""What is remembered: tables, actions (writes), queries (reads and access)."""
