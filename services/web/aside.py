"""Work that no reader waits for: handing to the broker what lies on disk already. A line that was cut in silence holds
whoever writes to it for a minute and more."""

import threading
from collections.abc import Callable

Work = Callable[[], None]
_MOST = 2


class Aside:
    """A few threads of its own. What finds none free is left undone: whoever looks after the disk does it later."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(_MOST)

    def __call__(self, work: Work) -> None:
        if self._free.acquire(blocking=False):
            # A daemon: the end of the process waits for no broker either.
            threading.Thread(target=self._do, args=(work,), name="aside", daemon=True).start()

    def _do(self, work: Work) -> None:
        try:
            work()
        finally:
            self._free.release()
