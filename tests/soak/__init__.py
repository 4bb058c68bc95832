"""A day of a provincial newsroom in half an hour: does the house still stand in the evening as it stood in the morning?

`make soak` (TOASOAN_SOAK_MINUTES for another length) plays it on a house of its own. It fails when a process grows,
a queue does, or anything that was acknowledged is missing in the end.
"""
