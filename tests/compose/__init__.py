"""docker-compose.yml in a real Docker engine, as docs/deploy.md says; `make compose-test` runs it."""

import os

ASKED = bool(os.environ.get("TOASOAN_COMPOSE_TEST"))
"""Read at import, because tests do not see the caller's settings."""

table: list[tuple[str, float]] = []
"""What an operator types, and the seconds that it took."""
