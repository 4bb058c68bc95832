"""What is done to a house in containers so that each alert has its cause.

A round is what goes on side by side: chains of faults, those of a chain one after another.
"""
