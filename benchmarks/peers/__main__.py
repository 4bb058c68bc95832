"""`python -m benchmarks.peers`: install what can be had, start it beside the house, measure both, print a table."""

import traceback
from contextlib import ExitStack

import click

from benchmarks import tools
from benchmarks.peers.goatcounter import GoatCounter
from benchmarks.peers.house import House
from benchmarks.peers.measure import Lengths, Measurements
from benchmarks.peers.report import PeerReport, put
from benchmarks.peers.system import Counter, System
from benchmarks.peers.wagtail import Wagtail
from benchmarks.peers.wordpress import WordPress

_PEERS: dict[str, type[System]] = {"wordpress": WordPress, "wagtail": Wagtail, "goatcounter": GoatCounter}
_SHORT = Lengths(rounds=1, articles=5, page_seconds=4, publications=3, view_seconds=2)
_ENGLISH = {
    "reloads": "one browser reloads 100 times in half a minute: counted",
    "crawlers": "one view by each of 50 known crawlers that run scripts: counted",
    "lost": "`kill -9` of what counts, in mid-load: acknowledged views lost",
}
_VIETNAMESE = {
    "reloads": "một trình duyệt tải lại trang 100 lần trong nửa phút: được tính",
    "crawlers": "50 rô-bốt quen thuộc có chạy mã của trang, mỗi rô-bốt mở một lần: được tính",
    "lost": "`kill -9` phần đếm khi đang có bạn đọc: lượt đã báo nhận nhưng bị mất",
}


@click.command()
@click.argument("peers", nargs=-1, type=click.Choice(list(_PEERS)))
@click.option("--short", is_flag=True, help="Once and with little: to see that everything runs.")
@click.option("--keep", is_flag=True, help="Write the result file and the tables of the documents.")
def main(peers: tuple[str, ...], short: bool, keep: bool) -> None:
    """Measure the house beside PEERS, or beside all that can be had here.

    Installs Debian packages (as root), a Go program and a virtual environment where they are missing; starts nothing
    outside folders and ports of its own. WordPress Popular Posts is taken from the folder that
    TOASOAN_BENCH_POPULAR_POSTS names.
    """
    report = PeerReport()
    with ExitStack() as opened:
        place = opened.enter_context(tools.folder())
        systems: list[System] = []
        kinds: list[type[System]] = [House, *(_PEERS[name] for name in peers or _PEERS)]
        for kind in kinds:
            system = kind(place / kind.__name__.lower())
            opened.callback(system.close)
            click.echo(f"{kind.name}…", err=True)
            try:
                system.start()
            except tools.Missing as missing:
                report.left_out.append(f"{kind.name}: {missing}")
                continue
            except Exception:
                if kind is House:
                    raise
                traceback.print_exc()
                report.left_out.append(f"{kind.name} did not start: {traceback.format_exc(limit=1).splitlines()[-1]}")
                continue
            systems.append(system)
            report.systems[system.name] = {"version": system.version, "setup": system.setup}
            if isinstance(system, Counter) and system.counter:
                report.systems[system.name]["counter"] = system.counter
            if isinstance(system, Counter) and not system.counts:
                report.left_out.append(f"{system.name}'s counting: {system.why_not}")

        def after_round() -> None:
            if keep:
                write(report)

        Measurements(report, systems, _SHORT if short else Lengths()).all(after_round)
    click.echo(report.table())


def write(report: PeerReport) -> None:
    """Keep the figures, and the tables of the documents."""
    report.save()
    put("docs/performance.md", report.table())
    put("docs/peers.md", report.counters(_ENGLISH))
    put("README.vi.md", report.counters(_VIETNAMESE, "trên"))


if __name__ == "__main__":
    main()
