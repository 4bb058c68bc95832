"""Live coverage: the entries of articles that are told as they happen, until these become ordinary ones."""
