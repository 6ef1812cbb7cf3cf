"""Rule books: pure Python, values in, values out. Whatever decides, computes, encodes or proves."""
