"""A paper's own look: a folder of colours, style, pictures and templates, checked before readers see any of it.

`folder` reads what somebody wrote, `making` checks it and packs it into one archive, `trial` tries that archive on a
sample paper in a bounded process, `current` says which theme is in use and keeps the last good archive.
"""
