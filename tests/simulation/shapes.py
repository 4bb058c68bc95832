"""What a moment of the house looks like from afar: how full its queues are, how its stores are, who is at what."""

from tests.simulation.house import House


def _some(number: int) -> int:
    """None, one, some, many."""
    return 0 if not number else 1 if number == 1 else 2 if number < 5 else 3


def shape(house: House) -> tuple[object, ...]:
    """(queue state, store state, process state), coarse enough that most schedules meet known ones."""
    broker, now = house.broker, house.world.elapsed
    queues = tuple(_some(len(broker.queues[name])) for name in ("page", "index", "count", "comments", "dead"))
    queues += (_some(house.outbox_rows()), _some(len(broker.unacked)), _some(len(house.journal or ())))
    stores: tuple[object, ...] = tuple(one.fault if now < one.fails_until else "" for one in house.databases.values())
    stores += (house.counters.fault if now < house.counters.fails_until else "", now < broker.away_until)
    at_work = tuple(sorted(name.rstrip(" 12") for name, actor in house.world.actors.items() if actor.busy))
    return queues, stores, at_work
