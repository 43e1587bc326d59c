"""The modes: is the graph recorded, and is memory guarded?

Each mode lives in a `ContextVar`, hence threads and asyncio tasks do not see
each other's. `turn_memory_guarding_off/on` change the process-wide default of
guarding, or, inside a guard context, that context's setting.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import iscoroutinefunction, isgeneratorfunction
from types import TracebackType
from typing import Any

import numpy as np

__all__ = [
    "Mode",
    "Switch",
    "guarding",
    "mem_guard_active",
    "mem_guard_off",
    "mem_guard_on",
    "mode_set",
    "no_autodiff",
    "recording",
    "tracking",
    "turn_memory_guarding_off",
    "turn_memory_guarding_on",
]


class Mode:
    """What may stand for True or False as the mode of recording: see `_anomaly`."""

    __slots__ = ()

    def with_recording(self, recording: bool) -> "Mode":
        """The same mode, recording or not."""
        raise TypeError(f"{type(self).__name__} does not say what it is without recording")


_tracking: ContextVar[Any] = ContextVar("mygrad_tracking", default=True)
_guarding: ContextVar[bool | None] = ContextVar("mygrad_guarding", default=None)

#: Is the graph recorded in this context? True, False or a `Mode`, which is true or false.
#: A bound method: it is on the hot path.
tracking = _tracking.get

_guard_default = True


def _read_environment() -> bool:
    word = os.environ.get("MYGRAD_MEM_GUARD", "1")
    if word in ("1", "True", "true"):
        return True
    if word in ("0", "False", "false"):
        return False
    warnings.warn(
        f"MYGRAD_MEM_GUARD is {word!r}; it should be one of 0, False, false, 1, True, true. "
        "Memory is guarded.",
        stacklevel=2,
    )
    return True


_guard_default = _read_environment()


def guarding() -> bool:
    """Is memory guarded in this context?"""
    here = _guarding.get()
    return _guard_default if here is None else here


def mem_guard_active() -> bool:
    """Return True if memory guarding is on in this thread or task.

    Examples
    --------
    >>> mg.mem_guard_active()
    True
    >>> with mg.mem_guard_off:
    ...     mg.mem_guard_active()
    False
    """
    return guarding()


def _set_guarding(on: bool) -> None:
    global _guard_default
    if _guarding.get() is None:
        _guard_default = on
    else:
        _guarding.set(on)


def turn_memory_guarding_off() -> None:
    """Stop guarding memory everywhere but in contexts that turn it on.

    Inside `mem_guard_on` or `mem_guard_off` the change lasts until that context ends. The
    environment variable ``MYGRAD_MEM_GUARD=0`` does the same from the start.

    Examples
    --------
    >>> mg.turn_memory_guarding_off()
    >>> mg.mem_guard_active()
    False
    >>> mg.turn_memory_guarding_on()
    >>> mg.mem_guard_active()
    True
    """
    _set_guarding(False)


def turn_memory_guarding_on() -> None:
    """Guard memory everywhere but in contexts that turn it off: see `turn_memory_guarding_off`."""
    _set_guarding(True)


class Switch:
    """A reusable, re-entrant context manager and decorator over the ContextVar of a mode.

    What to go back to is kept on a stack that itself lives in the context, so that
    one object serves all threads and tasks.
    """

    _var: ContextVar[Any] = _tracking

    def __init__(self, name: str, doc: str | None = None) -> None:
        self.__name__ = name
        if doc is not None:
            self.__doc__ = doc
        self._stack: ContextVar[tuple[Any, ...]] = ContextVar(f"{name}_stack", default=())

    def _next(self, before: Any) -> Any:
        """The mode inside, from that outside."""
        raise TypeError(f"{type(self).__name__} does not say what it switches to")

    def __enter__(self) -> None:
        before = self._var.get()
        self._stack.set((before, self._stack.get()))
        self._var.set(self._next(before))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        before, rest = self._stack.get()
        self._var.set(before)
        self._stack.set(rest)

    def _wrap(self, func: Callable[..., Any], finish: Callable[[Any], Any]) -> Callable[..., Any]:
        if isgeneratorfunction(func):

            @wraps(func)
            def generate(*args: Any, **kwargs: Any) -> Any:
                # The mode holds while the generator's own code runs, and only then.
                with self:
                    iterator = func(*args, **kwargs)
                sent, thrown = None, None
                while True:
                    try:
                        with self:
                            if thrown is not None:
                                item = iterator.throw(thrown)
                            else:
                                item = iterator.send(sent)
                            item = finish(item)
                    except StopIteration as stop:
                        return stop.value
                    sent, thrown = None, None
                    try:
                        sent = yield item
                    except GeneratorExit:
                        with self:
                            iterator.close()
                        raise
                    except BaseException as error:
                        thrown = error

            return generate

        if iscoroutinefunction(func):

            @wraps(func)
            async def wait(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return finish(await func(*args, **kwargs))

            return wait

        @wraps(func)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self:
                return finish(func(*args, **kwargs))

        return call

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(func):
            raise TypeError(
                f"mygrad.{self.__name__} decorates a function or is used as "
                f"`with mygrad.{self.__name__}:`; got {type(func).__name__}"
            )
        return self._wrap(func, lambda result: result)

    def __repr__(self) -> str:
        return f"<mygrad.{self.__name__}>"


class _Guard(Switch):
    _var = _guarding

    def __init__(self, name: str, on: bool, doc: str) -> None:
        super().__init__(name, doc)
        self._on = on

    def _next(self, before: Any) -> Any:
        return self._on

    def __bool__(self) -> bool:
        return guarding()


def _to_numpy(result: Any) -> Any:
    return np.asarray(result)


def _with_recording(mode: Any, recording: bool) -> Any:
    return mode.with_recording(recording) if isinstance(mode, Mode) else recording


class _NoAutodiff(Switch):
    def __bool__(self) -> bool:
        return bool(tracking())

    def _next(self, before: Any) -> Any:
        return _with_recording(before, False)

    def __call__(self, func: Callable[..., Any], to_numpy: bool = False) -> Callable[..., Any]:
        if not to_numpy:
            return super().__call__(func)
        return self._wrap(func, _to_numpy)


no_autodiff = _NoAutodiff(
    "no_autodiff",
    """Context manager and decorator: inside, operations record nothing and lock nothing.

    They cost little more than NumPy's own. ``no_autodiff(func, to_numpy=True)`` makes `func`
    return arrays. Its truth value says whether the graph is being recorded.

    Examples
    --------
    >>> x = mg.tensor(2.0)
    >>> with mg.no_autodiff:
    ...     (3 * x).backward()
    >>> x.grad is None
    True
    >>> @mg.no_autodiff
    ... def predict(x):
    ...     return 3 * x
    >>> predict(x)
    Tensor(6.)
    """,
)


@contextmanager
def mode_set(mode: Any) -> Iterator[None]:
    """Have another mode of recording inside."""
    token = _tracking.set(mode)
    try:
        yield
    finally:
        _tracking.reset(token)


def recording() -> AbstractContextManager[None]:
    """Record the graph inside: for a transform that is asked for a derivative."""
    return mode_set(_with_recording(tracking(), True))


mem_guard_off = _Guard(
    "mem_guard_off",
    False,
    """Context manager and decorator: inside, no array is made read-only.

    Whoever overwrites an array that a graph relies on then gets wrong gradients.

    Examples
    --------
    >>> a = np.ones(2)
    >>> with mg.mem_guard_off:
    ...     y = mg.tensor([1.0, 2.0]) * a
    >>> a.flags.writeable
    True
    """,
)

mem_guard_on = _Guard(
    "mem_guard_on",
    True,
    """Context manager and decorator: inside, arrays that a graph relies on are read-only.

    That is the default; it serves where guarding is turned off elsewhere.

    Examples
    --------
    >>> a = np.ones(2)
    >>> with mg.mem_guard_on:
    ...     y = mg.tensor([1.0, 2.0]) * a
    >>> a.flags.writeable
    False
    """,
)
