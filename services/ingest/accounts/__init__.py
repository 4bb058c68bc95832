"""People and programs: accounts, sessions, second factors, invitations, API keys, and who comes in."""
