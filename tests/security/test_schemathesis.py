"""Both APIs, called with what their documents allow and forbid: no fault of ours, every answer as described.

`make security` calls longer (TOASOAN_MADE_EXAMPLES).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import House

pytestmark = [pytest.mark.house, pytest.mark.timeout(900)]
HOW_MANY = int(os.environ.get("TOASOAN_MADE_EXAMPLES", "3"))
_RUN = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(Path(__file__).with_name("schemathesis.toml"))]


@pytest.mark.parametrize("service", ["ingest", "web"])
@pytest.mark.parametrize(
    ("phases", "without"),
    [
        ("examples,coverage", "positive_data_acceptance"),
        # A text is as long as it is when its control characters are gone: longer ones are taken at times.
        ("fuzzing,stateful", "positive_data_acceptance,negative_data_rejection"),
    ],
)
def test_every_answer_is_as_described(house: House, service: str, phases: str, without: str, tmp_path: Path) -> None:
    # Search finds it by the example of the document.
    house.until_page(house.push(title="Chợ nổi Cái Răng nhóm họp")["url"])
    url = house.ingest_url if service == "ingest" else house.web_url
    done = subprocess.run(
        [
            *(*_RUN, "run", f"{url}/api/openapi.json", "--phases", phases, "--exclude-checks", without),
            *("--seed", "2026", "--max-examples", str(HOW_MANY), "--header", f"Authorization: Bearer {house.key}"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    made = re.search(r"(\d+) generated", done.stdout)
    assert made is not None and int(made[1]) > 20
