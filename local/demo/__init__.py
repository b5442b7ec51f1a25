"""The demo: the main job, played end to end against the real template."""
