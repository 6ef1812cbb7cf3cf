"""WebSocket addresses of the room."""

from django.urls import URLPattern, path

from yesif.web.room.chair import ChairSocket
from yesif.web.room.signal import RoomSocket

websocket_urlpatterns: list[URLPattern] = [
    path("ws/room/<str:session_id>", RoomSocket.as_asgi()),
    path("ws/room/<str:session_id>/chair", ChairSocket.as_asgi()),
]
