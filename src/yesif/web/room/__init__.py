"""The live place of a session: page, signalling, upload."""
