"""The operator's door: pay runs, the books, tax; whoever runs the studio, and nobody else."""
