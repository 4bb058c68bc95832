"""A house that lost its stores comes back from a backup, by the commands of docs/deploy.md."""

from tests.compose import page
from tests.compose.house import ComposeHouse
from tests.newsroom import new_word
from tests.wait import until

# The example that the page's section has.
_EXAMPLE = "/backups/20261125T020000Z"


def test_an_emptied_house_comes_back_from_its_backup(house: ComposeHouse) -> None:
    word = new_word("tin")
    saved = house.publish("Cầu treo khánh thành", word)
    number, path = saved["id"], saved["path"]
    assert house.read_and_count(path) == 204
    until(lambda: house.kept_views(number) == 1, 120, "the view is in SQL")
    house.type(page.steps("Update")[0])
    # Not by one more `run --rm`: the engine takes such a container away by itself, maybe only after `down` has looked.
    backup = house.compose("exec", "backup", "sh", "-c", "ls -d /backups/before-*").split()[-1]

    house.compose("down", timeout=300)
    # nginx's copies too: what is read below is made anew.
    for volume in [*page.volumes_to_empty(), "pages"]:
        removed = house.engine.docker("volume", "rm", f"{house.project}_{volume}")
        assert removed.returncode == 0, removed.stderr

    for step in page.steps("Restore"):
        house.type(step.replace(_EXAMPLE, backup))
    assert any(backup in step for step in house.said)

    until(lambda: word in house.site(path).text, 120, "readers see the article again")
    until(lambda: house.views(number) == 1, 60, "its views are there")

    def found() -> bool:
        return number in [hit["id"] for hit in house.site(f"/api/search?q={word}").json()["results"]]

    until(found, 120, "search finds it again")
    # And the house goes on: the key still holds, what is new is read and counted.
    later = house.publish("Ngày đầu đi lại", new_word("tin"))
    assert later["id"] > number
    assert house.read_and_count(path) == 204
    until(lambda: house.views(number) == 2, 60, "views are counted again")
