"""`detect_anomaly`: the first nan or inf is an error that says where it came from.

Inside, the mode that says whether operations are recorded (`_modes.tracking`) is a `Watch` in place
of True or False. It is true or false as they are, but not *identical* to them, which keeps
operators off their quick ways; so nothing costs more while nobody watches. The functions that run
and record operations show their results to the watch, and the passes what each rule has sent. The
watch leaves a `Trace` in what is recorded: what the operation was given, and the user's line.
"""

import linecache
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from ._modes import Mode, Switch, mode_set
from ._operands import unwrap
from ._table import PICK
from ._value import Value, add_guard, parents
from ._warn import user_frame
from .errors import AnomalyError

__all__ = ["detect_anomaly"]


class Trace:
    """Where an operation was done, and on what. Values hold it among their guards."""

    __slots__ = ("line", "name", "operands")

    def __init__(self, name: str, operands: list[str]) -> None:
        frame = user_frame()
        code = frame.f_code
        self.name = name
        self.operands = operands
        self.line = (code.co_filename, frame.f_lineno, code.co_name)


def _trace_of(v: Value) -> Trace | None:
    v = v.a if v.rule is PICK else v
    for part in getattr(v, "guard", None) or ():
        if part.__class__ is Trace:
            return part
    return None


def _describe(x: Any) -> list[str]:
    """What the message says of operands: dtypes and shapes, numbers themselves."""
    if x.__class__ in (list, tuple):
        return [text for part in x for text in _describe(part)]
    x = unwrap(x)
    # Classes of dtypes have such an attribute, too.
    if isinstance(getattr(x, "dtype", None), np.dtype):
        return [f"{x.dtype} of shape {tuple(x.shape)}{_contents(x)}"]
    return [repr(x)] if isinstance(x, (int, float, complex)) and not isinstance(x, bool) else []


def _contents(x: Any) -> str:
    fault = _fault(x, True)
    return "" if fault is None else f", with {fault}"


def _fault(x: Any, inf: bool) -> str | None:
    """What is wrong with an array, in words; None if nothing is, or it is not one of NumPy's."""
    data = unwrap(x)
    if not isinstance(data, (np.ndarray, np.generic, float, complex)):
        return None
    data = np.asarray(data)
    if data.dtype.kind not in "fc":
        return None
    bad = ~np.isfinite(data) if inf else np.isnan(data)
    if not bad.any():
        return None
    first = np.unravel_index(int(np.argmax(bad)), bad.shape)
    text = f"{data[first]}"
    if data.ndim:
        at = ", ".join(str(int(i)) for i in first)
        text += f" at [{at}] ({np.count_nonzero(bad)} of {bad.size} elements)"
    return text


class Watch(Mode):
    """Looks at results. It takes the place of the truth value `recording` as a mode.

    With `resting` it only leaves traces: what happens inside a rule or a composition may pass by
    infinities that do no harm.
    """

    __slots__ = ("inf", "recording", "resting")

    def __init__(self, recording: bool, inf: bool, resting: bool = False) -> None:
        self.recording = recording
        self.inf = inf
        self.resting = resting

    def __bool__(self) -> bool:
        return self.recording

    def with_recording(self, recording: bool) -> "Watch":
        return Watch(recording, self.inf, self.resting)

    @contextmanager
    def rest(self) -> Iterator[None]:
        with mode_set(Watch(self.recording, self.inf, True)):
            yield

    def around(self, rule: Any) -> AbstractContextManager[None]:
        """The context for a rule to run in: it rests, unless the rule runs the user's function."""
        return nullcontext() if rule is not None and rule.runs_the_users else self.rest()

    def saw(self, name: str, operands: Any, result: Any, v: Value | None = None) -> None:
        """Look at the result of an operation, which has the value `v`."""
        found = unwrap(operands)
        trace = None
        if v is not None:
            trace = Trace(name, _describe(found))
            add_guard(v, (trace,))
        if self.resting:
            return
        for part in result if isinstance(result, (list, tuple)) else (result,):
            fault = _fault(part, self.inf)
            if fault is not None:
                trace = trace or Trace(name, _describe(found))
                raise _error(f"{name} gave {fault}", trace, "forward")

    def compose(self, name: str, run: Callable[[], Any], operands: Any) -> Any:
        """Run a composition, and look at its result only."""
        with self.rest():
            result = run()
        self.saw(name, operands, result)
        return result

    def look(self, v: Value, found: Any, direction: str) -> None:
        """Look at what the rule of the value `v` gave in a pass."""
        self.check(v.rule, _trace_of(v), found, direction)

    def check(self, rule: Any, trace: Trace | None, found: Any, direction: str) -> None:
        if self.resting:
            return
        what = "derivative" if direction == "backward" else "derivative in forward mode"
        for part in found if found.__class__ is list else (found,):
            fault = None if part is None else _fault(part, self.inf)
            if fault is not None:
                name = rule.name if trace is None else trace.name
                message = f"the {what} of {name} gave {fault}"
                if trace is not None:
                    raise _error(message, trace, direction)
                raise AnomalyError(
                    f"{message}. It was not done inside detect_anomaly(): its line is not known.",
                    direction,
                    name,
                )

    def check_seed(self, found: Any, direction: str) -> None:
        """Look at what a pass starts from."""
        for part in found if found.__class__ is list else (found,):
            fault = None if part is None or self.resting else _fault(part, self.inf)
            if fault is not None:
                raise AnomalyError(f"the {direction} pass was started from {fault}", direction)

    def pull(self, v: Value, run: Callable[[], None], arrived: Callable[[Value], Any]) -> None:
        """Let a rule run, and look at what has arrived at the parents."""
        # In a pass over arrays, the value is cleared when this is done.
        rule, trace, above = v.rule, _trace_of(v), parents(v)
        with self.around(rule):
            run()
        for parent in above:
            self.check(rule, trace, arrived(parent), "backward")


def _error(message: str, trace: Trace, direction: str) -> AnomalyError:
    file, number, function = trace.line
    source = linecache.getline(file, number).strip()
    operands = "; ".join(trace.operands) or "none"
    text = f"{message}.\n  operands: {operands}\n  line: {file}:{number}, in {function}"
    if source:
        text += f"\n    {source}"
    return AnomalyError(text, direction, trace.name, tuple(trace.operands), (file, number))


class _DetectAnomaly(Switch):
    def __init__(self, inf: bool) -> None:
        super().__init__("detect_anomaly")
        self._inf = inf

    def _next(self, before: Any) -> Any:
        return Watch(bool(before), self._inf)


def detect_anomaly(*, inf: bool = True) -> Any:
    """Raise an error at the first nan or inf, in results and in derivatives.

    The error is a `mygrad.errors.AnomalyError`. It names the operation, what it was given, and the
    line of the user's that did it; for derivatives that is the line of the operation itself, if
    that was done inside, too. Elsewhere nothing is slowed down; inside everything is.

    Parameters
    ----------
    inf
        False looks for nan only, for computations that mask with infinities on purpose.

    Returns
    -------
    context manager and decorator
        It holds for this thread or asyncio task, and may be nested.

    Notes
    -----
    Operations that a tensor takes part in are looked at (constants and ``no_autodiff`` included),
    what is written into tensors, backward and forward passes, and all function transforms. What
    happens inside a function of NumPy's, an operation of the user's or a rule is not: only what
    comes of it.

    A nan that was there before, in data that a tensor is made of, is no error. The first operation
    whose result has it is, and the message says which of its operands had it. Views are no
    operations; functions that deal with it (``np.nan_to_num``, ``np.nansum``, ``np.isnan``) pass.
    Arrays of other libraries (Dask's, say) are not looked at, for that would compute them.

    Examples
    --------
    >>> x = mg.tensor([1.0, 4.0, 0.0])
    >>> with mg.detect_anomaly(), np.errstate(divide="ignore"):
    ...     y = np.sqrt(x)
    ...     y.sum().backward()
    Traceback (most recent call last):
    mygrad.errors.AnomalyError: the derivative of numpy.sqrt gave inf at [2] (1 of 3 elements).
      operands: float64 of shape (3,)
      line: ..., in <module>
        y = np.sqrt(x)
    """
    if inf.__class__ is not bool:
        raise TypeError(f"inf= of detect_anomaly must be True or False; got {inf!r}")
    return _DetectAnomaly(inf)
