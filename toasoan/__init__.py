"""The house's command line and supervisor: starts, watches and serves the four services."""
