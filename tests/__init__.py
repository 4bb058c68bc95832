"""Tests of the house. `wait`, `servers` and `house` hold what they share."""
