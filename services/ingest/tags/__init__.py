"""Tags: one of two names for the same is merged into the other."""
