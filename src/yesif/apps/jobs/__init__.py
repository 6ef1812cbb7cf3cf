"""Durable work: a job, its finished steps, and who holds it."""
