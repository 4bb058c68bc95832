"""`python -m tests.places_table FOLDER` writes services/search/places.tsv anew from the data of vietnamadminunits.

FOLDER is `vietnamadminunits/data` of that package, unpacked. A house needs the names alone, not the package.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import orjson

Merged = Mapping[str, Any]
TABLE = Path(__file__).resolve().parents[1] / "services" / "search" / "places.tsv"

_HEAD = """\
# Places as they are called since 1 July 2025, and those that became part of them: names and nothing else.
# From vietnamadminunits 1.0.4 (MIT, places.LICENSE.txt) by tests/places_table.py; | parts writings of one name.
"""
# How newspapers write provinces beside the package's own way.
_WRITINGS = {
    "Hồ Chí Minh": "TP Hồ Chí Minh|thành phố Hồ Chí Minh|TP HCM|TPHCM",
    "Đắk Lắk": "Đắk Lắk|Đắc Lắc|Đăk Lăk|Daklak",
    "Đắk Nông": "Đắk Nông|Đắc Nông|Đăk Nông",
    "Bắc Kạn": "Bắc Kạn|Bắc Cạn",
    "Kon Tum": "Kon Tum|Kontum",
    # Peace, unless it is called a province.
    "Hòa Bình": "tỉnh Hòa Bình",
}
# Renamed half a year before, and an ocean and a science that begin like provinces.
_MORE = ("Huế\tThừa Thiên Huế", "Thái Bình Dương", "hải dương học")


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
def main(folder: Path) -> None:
    """Write the table."""
    merged = orjson.loads((folder / "converter_2025.json").read_bytes())
    with closing(sqlite3.connect(folder / "dataset.db")) as store:
        lines = [*_provinces(store, merged["DICT_PROVINCE"]), *_MORE, *_communes(store, merged)]
    TABLE.write_text(_HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def _provinces(store: sqlite3.Connection, merged: Merged) -> Iterator[str]:
    now, before = (
        dict(store.execute(f"SELECT DISTINCT provinceKey, provinceShort FROM {table}"))
        for table in ("admin_units", "admin_units_legacy")
    )
    for key, parts in sorted(merged.items()):
        others = [name for part in parts if (name := before[part]) != now[key]]
        if others:
            yield "\t".join(_WRITINGS.get(name, name) for name in (now[key], *others))


def _communes(store: sqlite3.Connection, merged: Merged) -> Iterator[str]:
    """Those whose names, kind and all, the country had and has once."""
    now = {
        (province, key): name
        for province, key, name in store.execute("SELECT provinceKey, wardKey, ward FROM admin_units")
    }
    before = {
        f"{province}_{district}_{key or ''}": name
        for province, district, key, name in store.execute(
            "SELECT provinceKey, districtKey, wardKey, coalesce(ward, district) FROM admin_units_legacy"
        )
    }
    times_now, times_before = Counter(now.values()), Counter(before.values())
    rows: dict[str, list[str]] = defaultdict(list)
    for place, part in _parts(merged):
        name, former = now[place], before[part]
        if name != former and times_now[name] == times_before[former] == 1:
            rows[name].append(former)
    yield from ("\t".join((name, *sorted(others))) for name, others in sorted(rows.items()))


def _parts(merged: Merged) -> Iterator[tuple[tuple[str, str], str]]:
    """Each commune of now and each former one that it has all or some of."""
    for province, communes in merged["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for key, parts in communes.items():
            yield from (((province, key), part) for part in parts)
    for province, divided in merged["DICT_PROVINCE_WARD_DIVIDED"].items():
        for part, communes in divided.items():
            yield from (((province, one["newWardKey"]), part) for one in communes)


if __name__ == "__main__":
    main()
