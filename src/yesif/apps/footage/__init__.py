"""Takes, performances and their tracks: what was sent, put together, measured and sealed."""
