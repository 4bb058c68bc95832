"""What every feature uses and what knows none of them: errors, actors, the audit log, reading requests, fetching."""
