"""What a view is, and how one is known: the rules that web (takes views) and counter (counts them) share."""
