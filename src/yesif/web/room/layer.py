"""Messages between the lines of one web process, for hundreds of rooms: what is expired is looked for now and then, and
not, as Channels' own does, through every room's messages with every word that is said."""

import time

from channels.layers import InMemoryChannelLayer

_LOOK_S = 5.0


class RoomLayer(InMemoryChannelLayer):  # type: ignore[misc]  # Channels is untyped
    """The layer in memory, cheap per message."""

    _looked_at = 0.0

    def _clean_expired(self) -> None:
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            super()._clean_expired()
