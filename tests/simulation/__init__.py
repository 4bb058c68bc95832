"""The delivery code of all four services in one process, under a scheduler that decides what happens next.

docs/simulation.md says what is real here, what is played, and what must hold. `make simulate` runs schedules by the
thousand; the suite runs a few seconds of them, every story that was kept, and puts old faults back to see them found.
"""
