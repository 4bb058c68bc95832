"""Checks in a real browser: `browser` is the running Chromium, `demo` a house with the demo paper."""
