"""Voice and camera as they leave the studio: in take time, with everything that may not leave taken out."""

from yesif.media.deliver.camera import camera_mp4
from yesif.media.deliver.voice import VoiceFacts, voice_wav

__all__ = ["VoiceFacts", "camera_mp4", "voice_wav"]
