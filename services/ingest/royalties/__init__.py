"""Royalties (nhuận bút): what the works of a month pay their authors, by rates for kind and role.

In `store`, `rates` holds the rates and since when they are in force, `sheet` computes a month from what was published
in it, `ledger` changes things: adjustments, and the approval after which a month stays as it is.
"""
