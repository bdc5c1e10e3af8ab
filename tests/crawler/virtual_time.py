"""An event loop whose time passes only while everybody waits: hours of crawling in a moment, exact to the second."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loop(asyncio.SelectorEventLoop):
    """Its time stands still while there is work, and leaps to the next timer when there is none."""

    def __init__(self) -> None:
        loop = self
        self.seconds = 0.0

        class Leap(selectors.SelectSelector):
            def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
                loop.seconds += timeout or 0.0
                return super().select(0)

        super().__init__(Leap())

    def time(self) -> float:
        return self.seconds


def run(made: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in virtual time, which begins at 0."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(made())


def now() -> float:
    """Seconds since the run began."""
    return asyncio.get_running_loop().time()
