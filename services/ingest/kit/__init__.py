"""What every feature uses and what knows none of them: errors, actors, rights, what is seen, the audit log, reading
requests, fetching."""
