"""Private names of kombu that `shared.worker` takes: an upgrade that changes them is noticed here."""

import inspect

import kombu.transport.redis


def test_kombu_notes_and_judges_by_the_name_that_the_worker_sets() -> None:
    source = inspect.getsource(kombu.transport.redis)
    assert "ceil = time() - self.visibility_timeout" in source
    assert "[{delivery_tag: time()}]" in source
