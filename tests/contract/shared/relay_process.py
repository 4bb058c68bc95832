"""One round of a relay over the table of test_outbox, killed between publishing and marking if asked: `… [die]`."""

import os
import sys

import pytest

from shared import outbox
from tests.contract.shared.test_outbox import make_relay

if __name__ == "__main__":
    if "die" in sys.argv:
        pytest.MonkeyPatch().setattr(outbox, "delete", lambda *_: os._exit(9))
    relay = make_relay()
    while relay.run_once():
        pass
