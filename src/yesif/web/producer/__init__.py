"""Pages a producer opens: projects, casting, blocks, live board, takes, quality, releases, licensees, money."""
