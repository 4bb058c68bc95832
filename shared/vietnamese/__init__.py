"""The house's rules of Vietnamese text: folding, slugs, sorting (text), dates (dates), search forms (forms)."""
