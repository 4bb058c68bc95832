"""What the four services share: contracts, the Celery configuration, settings, telemetry, Vietnamese text rules.

Imports no service.
"""
