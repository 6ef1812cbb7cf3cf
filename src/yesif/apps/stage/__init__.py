"""Sessions, scenes, and the server's own timeline of what happened in the room."""
