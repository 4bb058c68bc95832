"""Makers of the pages: each takes the site and the address's arguments, and gives a Page."""
