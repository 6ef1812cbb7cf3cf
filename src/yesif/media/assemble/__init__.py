"""Take logs into tracks, without re-encoding the picture: H.264 into MP4, VP8 into WebM, PCM into FLAC, Opus into WebM.

    track = assemble_track(log, out_dir, opened_ns=…, action_ns=…, cut_ns=…, clock_log=voice_log, partner_log=…)
    track.path, track.media_type, track.kind      # None, "", "camera": nothing usable was in the log; findings say why
    track.manifest["time"]                        # {"offset_ns", "drift_ppb", "first_ns", "end_ns", "knots"}
    TimeMap(offset_ns, drift_ppb)                 # file time → take time (0 at "action")

A track holds the take only: from action to cut. Everything here is pure of Django, and every value can be pickled.
"""

from yesif.media.assemble.imported import assemble_import
from yesif.media.assemble.track import AssembledTrack, assemble_track

__all__ = ["AssembledTrack", "assemble_import", "assemble_track"]
