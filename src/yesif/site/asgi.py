"""The whole site as one ASGI application: pages, the room's WebSocket, static files."""

import os
import sys
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesif.site.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

pages = get_asgi_application()  # before anything that imports models

from yesif.web.room.sockets import websocket_urlpatterns  # noqa: E402
from yesif.web.room.tongue import Tongue  # noqa: E402
from yesif.web.room.upload_door import UploadDoor  # noqa: E402

# A thread that asks the database holds the interpreter for 5 ms at a time, and the loop that relays the rooms' words
# waits for it after every word. With 200 rooms that was most of a word's delay (`bench/rooms.py`).
sys.setswitchinterval(0.0005)


def _isolated(headers: object, path: str, url: str) -> None:
    """Workers of the cross-origin isolated room must come with the same policy themselves."""
    headers["Cross-Origin-Embedder-Policy"] = "require-corp"  # type: ignore[index]
    headers["Cross-Origin-Resource-Policy"] = "same-origin"  # type: ignore[index]


application = ServeStaticASGI(
    ProtocolTypeRouter(
        {
            "http": Tongue(UploadDoor(cast("Any", pages))),  # its own type for the same ASGI contract
            "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(Tongue(URLRouter(websocket_urlpatterns)))),
        }
    ),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    add_headers_function=_isolated,
    max_age=31_536_000,
    immutable_file_test=lambda _path, url: url.startswith(settings.STATIC_URL),
    allow_all_origins=False,
)
