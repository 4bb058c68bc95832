"""A newer version takes the place of the one that runs, by the commands of docs/deploy.md."""

import subprocess

from tests.compose import page
from tests.compose.house import ComposeHouse
from tests.newsroom import new_word


def test_the_house_is_updated_and_goes_on(house: ComposeHouse) -> None:
    word = new_word("tin")
    saved = house.publish("Đường mới qua đèo", word)
    newer = _commit(house, "A newer version")
    for step in page.steps("Update"):
        house.type(step.replace("/backups/before-", "/backups/update-"))
    for row in house.containers():
        assert not row["Image"].startswith("toasoan:") or newer.startswith(row["Image"].partition(":")[2]), row[
            "Service"
        ]
        assert row["Health"] in ("", "healthy"), row["Service"]
    assert word in house.site(saved["path"]).text
    house.publish("Tin sau khi thay", new_word("tin"))


def _commit(house: ComposeHouse, told: str) -> str:
    """A commit on the branch that `git pull` takes, without a change; returns its name."""

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=test", "-c", "user.email=test@bao.example")
        ran = subprocess.run(["git", "-C", house.origin, *who, *arguments], capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    made = git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", told)
    git("update-ref", "HEAD", made)
    return made
