"""Who stands in bylines: an author is a person with pen names, and with an account where one works at the desk.

A pen name is one person's; nobody becomes somebody's by a name that is alike: links are made by hand.
"""
