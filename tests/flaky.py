"""What failed is run once more by itself, so that one flaky test does not make a whole run say nothing.

A name that fails and then passes is printed as `FLAKY name` in the last lines: a fault of the first rank, whose cause
is to be mended. Only what fails twice fails the run. `.ci/run` calls this after a `make test` that failed.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_CACHE = Path(".cache/pytest/v")
_FAILED = _CACHE / "cache/lastfailed"
_ENDED, _PASSED = "toasoan/exitstatus", "toasoan/passed"
# So many at once are no flaky tests.
_AT_MOST = 20


_passed: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        _passed.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Notes how the run ended: only after a run that came to its end is the list of what failed whole."""
    cache = getattr(session.config, "cache", None)
    if hasattr(session.config, "workerinput") or cache is None:
        return  # one of several beside each other: the one that leads them notes for all; or nothing is to be noted
    cache.set(_ENDED, int(exitstatus))
    cache.set(_PASSED, _passed)


def main() -> int:
    """Exit code: 0 when everything that failed has passed now."""
    ended = _CACHE / _ENDED
    if not ended.exists() or int(ended.read_text()) != pytest.ExitCode.TESTS_FAILED:
        return 1
    failed = _failed()
    # A name without a test's is a file that could not be read.
    if not 0 < len(failed) <= _AT_MOST or not all("::" in name for name in failed):
        return 1
    print(f"\nOnce more, by themselves: {len(failed)} that failed", flush=True)
    alone = "--numprocesses 0 --last-failed --last-failed-no-failures none"
    again = subprocess.run(["make", "test", f"TESTS={alone}"], check=False)
    # What is skipped the second time has not passed.
    passed = set(json.loads((_CACHE / _PASSED).read_text())) - _failed()
    for name in sorted(failed & passed):
        print(f"FLAKY {name}")
    return 1 if again.returncode or failed - passed else 0


def _failed() -> set[str]:
    """Names of the tests that failed when they last ran."""
    return set(json.loads(_FAILED.read_text())) if _FAILED.exists() else set()


if __name__ == "__main__":
    sys.exit(main())
