"""Attacks on a running house, with the requests that an attacker would send."""
