"""The main job, played: two performers, two browser windows, one release."""
