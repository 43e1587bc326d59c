"""The table of derivative rules.

A rule is a short function in plain NumPy, registered for the NumPy function that it
belongs to. Being plain NumPy it runs on arrays, on tensors (that is how higher
derivatives come about) and on foreign arrays such as Dask's.

======================= =====================================================
``elementwise(f, d...)`` a ufunc: ``d(ans, *operands)`` is the local partial
                         derivative by each operand
``outputs(f, d...)``     a ufunc with several outputs: a tuple of partials for each of them
``linear(f, t)``         linear in its first parameter: ``t(g, ans, *args, **kwargs)`` is
                         the transpose
``pullback(f, p)``       anything else: a function ``(g, ans, *args, **kwargs)``
                         that returns the cotangent of parameter `p`
``view(f, t)``           as `linear`; the result may be a view of the operand
``composition(f)``       written in other NumPy functions; needs no rule
``constant(f, ...)``     the derivative is zero: NumPy's own result is returned
``declined(why, names)`` there is no rule, and why
======================= =====================================================

The contract:

1. A parameter's name says what the rule needs: ``x`` the array, ``_x`` only its `Spec`
   (shape and dtype), ``_`` nothing. What is not needed is not kept alive.
2. A rule's parameters are NumPy's, by NumPy's names (less the underscore) and in NumPy's
   order. No ``**kwargs``: an argument that a rule does not name is refused.
3. Rules return the raw product. The engine undoes broadcasting, casts to the operand's
   dtype, masks by ``where=`` (ufuncs), and adds up.
4. The forward pass uses the same rules: local partial derivatives times tangents; a linear function
   itself (also if `linear_together` or `linear_in_each` say that it is); else the
   transpose of the product with the cotangent, which is linear in that.
5. A rule makes arrays from arrays only (``*_like``, arithmetic), never converts
   (``np.asarray``), never writes into its arguments.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._value import Spec

__all__ = [
    "COMPLEX",
    "COMPOSITIONS",
    "CONSTANTS",
    "DECLINED",
    "FOREIGN",
    "LATE",
    "MINUS_ONE",
    "NAMES",
    "ONE",
    "ONE_OPERAND",
    "OPERANDS",
    "OUTPUTS",
    "PASSES_ON",
    "PICK",
    "RULES",
    "SEVERAL",
    "Elementwise",
    "Pair",
    "Pullback",
    "Rule",
    "composition",
    "constant",
    "declined",
    "elementwise",
    "inside",
    "known_as",
    "linear",
    "linear_in_each",
    "linear_together",
    "normalize",
    "not_holomorphic",
    "outputs",
    "pullback",
    "synonyms",
    "unless_real",
    "view",
    "why_declined",
]

Function = Callable[..., Any]


class Rule:
    """How gradients flow through one function."""

    func: Function
    #: Does `pull` look after the ownership of the value's gradient itself?
    keeps_gradient = False
    #: Does `pull` compute again what the user computed?
    runs_the_users = False
    #: Are cotangents of outputs that nothing depends on None, and not zeros?
    sparse = False

    #: The public name of the function, as in ``numpy.linalg.norm``.
    name: str

    def __init__(self, func: Function) -> None:
        self.func = func
        self.name = name_of(func)

    def pull(self, v: Any, g: Any, run: Any) -> None:
        """Send the cotangent `g` of the value `v` on to its parents through the pass `run`."""
        raise NotImplementedError

    def push(self, v: Any, run: Any) -> Any:
        """The tangent of the value `v` from those of its parents, which the pass `run` has."""
        return run.transpose(v)

    def __repr__(self) -> str:
        return f"<rule of {self.name}>"


def name_of(func: Function) -> str:
    """The public name of a function."""
    known = NAMES.get(func) or FOREIGN.get(func)
    if known is not None:
        return known
    module = getattr(func, "__module__", None) or "numpy"
    if isinstance(func, np.ufunc) and module in ("builtins", "numpy"):
        # Older versions of NumPy do not say.
        name = func.__name__
        module = "numpy"
        if getattr(np, name, None) is not func is getattr(np.strings, name, None):
            module = "numpy.strings"
    return f"{module}.{getattr(func, '__name__', repr(func))}"


#: Another library's ufuncs that we have met -> their public names, which they do not know.
FOREIGN: dict[Function, str] = {}
#: Functions that are told of ufuncs without a rule. If it is one of their library's, they
#: register that library's rules and names.
LATE: list[Callable[[np.ufunc], None]] = []
#: Functions of ours -> what they are part of, by its public name.
NAMES: dict[Function, str] = {}
#: NumPy function -> its rule.
RULES: dict[Function, Rule] = {}
#: NumPy function -> the same function written in other NumPy functions.
COMPOSITIONS: dict[Function, Function] = {}
#: Those compositions whose first parameter takes a sequence of operands.
SEVERAL: set[Function] = set()
#: Those that call a function given to them, with keywords of any name.
PASSES_ON: set[Function] = set()
#: NumPy functions whose derivative is zero: they get plain arrays and return them.
CONSTANTS: set[Function] = set()
#: The name of a function, or of a module, that gets no rule -> why.
DECLINED: dict[str, str] = {}
#: Ufuncs whose derivative is zero for real numbers only -> the rule for complex ones.
COMPLEX: dict[np.ufunc, "Elementwise"] = {}
#: Ufuncs with several outputs -> the rule of each output, or None if it is constant.
OUTPUTS: dict[np.ufunc, tuple["Elementwise | None", ...]] = {}


def _one(*_: Any) -> Any:
    return 1.0


def _minus_one(*_: Any) -> Any:
    return -1.0


#: Partial derivatives for which the engine need not multiply.
ONE: Function = _one
MINUS_ONE: Function = _minus_one


def parameters(func: Function) -> tuple[str, ...]:
    """The names of a rule's positional parameters."""
    code = func.__code__
    return tuple(code.co_varnames[: code.co_argcount])


class Elementwise(Rule):
    """A ufunc of one or two operands, by its local partial derivatives.

    In a value `v` of this rule, ``v.x, v.y, v.ans`` are the operands and the result,
    as far as they are needed.
    """

    func: np.ufunc

    def __init__(
        self, func: np.ufunc, partials: tuple[Function, ...], adjoint: Function | None = None
    ) -> None:
        super().__init__(func)
        self.unary = len(partials) == 1
        self.da = partials[0]
        self.db = partials[-1]
        #: Which of (ans, x, y) are kept if [a is active, b is active].
        nothing = (False,) * (1 + len(partials))
        needs = [
            nothing
            if partial in (ONE, MINUS_ONE)
            else tuple(not name.startswith("_") for name in parameters(partial))
            for partial in partials
        ]
        first, second = needs[0], nothing if self.unary else needs[1]
        both = tuple(p or q for p, q in zip(first, second, strict=True))
        self.keep = {
            (True, False): first,
            (False, True): second,
            (True, True): both,
        }
        self.masked = Masked(self)
        self.checked = Checked(self)
        #: The rule for complex numbers, or None if no derivative is known for them.
        self.complex: Complex | None = Complex(self, adjoint)

    def pull(self, v: Any, g: Any, run: Any) -> None:
        operands = self.operands(v, v.x, v.y, run)
        if v.a is not None:
            run.add(v.a, self.cotangent(g, self.da, operands), self.da is not ONE)
        if v.b is not None:
            run.add(v.b, self.cotangent(g, self.db, operands), self.db is not ONE)

    def push(self, v: Any, run: Any) -> Any:
        return _tangent(self, v, self.operands(v, v.x, v.y, run), run)

    def operands(self, v: Any, x: Any, y: Any, run: Any) -> tuple[Any, ...]:
        """The result and the operands, of which `x` and `y` were kept."""
        ans, x = run.lift(v.ans, v), run.lift(x, v.a)
        return (ans, x) if self.unary else (ans, x, run.lift(y, v.b))

    def cotangent(self, g: Any, partial: Function, operands: tuple[Any, ...]) -> Any:
        return _times(g, partial, operands)


def _times(g: Any, partial: Function, operands: tuple[Any, ...]) -> Any:
    if partial is ONE:
        return g
    if partial is MINUS_ONE:
        return -g
    return g * partial(*operands)


def _tangent(rule: "Elementwise | Complex", v: Any, operands: tuple[Any, ...], run: Any) -> Any:
    """The sum of the operands' tangents times the partial derivatives."""
    tangent = None
    for parent, partial in ((v.a, rule.da), (v.b, rule.db)):
        t = None if parent is None else run.tangent(parent)
        if t is not None:
            c = _times(t, partial, operands)
            tangent = c if tangent is None else tangent + c
    return tangent


class Complex(Rule):
    """An elementwise rule for complex numbers.

    The gradient of a real loss by z = x + iy is dL/dx + i dL/dy, so for a holomorphic function
    it is that of the result times the conjugate of the derivative. Functions that are
    not (``absolute``, say) have an `adjoint`: a function ``(g, ans, x)``.
    """

    def __init__(self, plain: "Elementwise", adjoint: Function | None) -> None:
        super().__init__(plain.func)
        self.unary = plain.unary
        self.da, self.db = plain.da, plain.db
        self.adjoint = adjoint
        #: Which of (ans, x, y) are kept.
        self.needs = (True,) * (2 if plain.unary else 3)
        self.masked = Masked(self)
        self.checked = self

    def pull(self, v: Any, g: Any, run: Any) -> None:
        operands = self.operands(v, v.x, v.y, run)
        for parent, partial in ((v.a, self.da), (v.b, self.db)):
            if parent is not None:
                run.add(parent, self.cotangent(g, partial, operands), False)

    def push(self, v: Any, run: Any) -> Any:
        if self.adjoint is not None:
            return run.transpose(v)
        return _tangent(self, v, self.operands(v, v.x, v.y, run), run)

    def operands(self, v: Any, x: Any, y: Any, run: Any) -> tuple[Any, ...]:
        """The result and the operands, of which `x` and `y` were kept."""
        ans, x = run.lift(v.ans, v), run.lift(x, v.a)
        if self.unary:
            return ans, _as_complex(x, ans)
        return ans, _as_complex(x, ans), _as_complex(run.lift(y, v.b), ans)

    def cotangent(self, g: Any, partial: Function, operands: tuple[Any, ...]) -> Any:
        if self.adjoint is not None:
            return self.adjoint(g, *operands)
        if partial is ONE or partial is MINUS_ONE:
            return _times(g, partial, operands)
        d = partial(*operands)
        # Python's numbers stay what they are, for NumPy's have a precision.
        return g * (d.conjugate() if isinstance(d, (int, float, complex)) else np.conjugate(d))


def _as_complex(x: Any, ans: Any) -> Any:
    """A real operand of a complex result: real, the root in its derivative might be nan."""
    dtype = getattr(x, "dtype", ans.dtype)
    return x.astype(ans.dtype) if dtype.kind != "c" == ans.dtype.kind else x


class Checked(Rule):
    """An elementwise rule whose products may have another dtype than the operands'.

    The backward pass takes it that those of `Elementwise` have not.
    """

    def __init__(self, plain: Elementwise) -> None:
        super().__init__(plain.func)
        self.plain = plain

    def pull(self, v: Any, g: Any, run: Any) -> None:
        self.plain.pull(v, g, run)

    def push(self, v: Any, run: Any) -> Any:
        return self.plain.push(v, run)


class Masked(Rule):
    """An elementwise rule under ``where=``: what the mask leaves out has no derivative.

    In a value `v`, ``v.x`` is ``(x, y, mask)``.
    """

    def __init__(self, plain: "Elementwise | Complex") -> None:
        super().__init__(plain.func)
        self.plain = plain

    def pull(self, v: Any, g: Any, run: Any) -> None:
        x, y, mask = v.x
        plain = self.plain
        operands = inside(mask, v.spec.shape, plain.operands(v, x, y, run))
        # Masked-out operands may sit on singularities: what they give is thrown away.
        with np.errstate(all="ignore"):
            for parent, partial in ((v.a, plain.da), (v.b, plain.db)):
                if parent is not None:
                    run.add(parent, np.where(mask, plain.cotangent(g, partial, operands), 0), True)

    def push(self, v: Any, run: Any) -> Any:
        plain = self.plain
        if isinstance(plain, Complex) and plain.adjoint is not None:
            return run.transpose(v)
        x, y, mask = v.x
        operands = inside(mask, v.spec.shape, plain.operands(v, x, y, run))
        with np.errstate(all="ignore"):
            return np.where(mask, _tangent(plain, v, operands, run), 0)


def inside(mask: Any, shape: tuple[int, ...], operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Operands that are not singular where the mask leaves them out.

    There they get the values of one place that it does not leave out. What is thrown away has the
    cotangent zero in a second derivative, and zero times infinity is nan.
    """
    from ._operands import unwrap

    if not isinstance(mask, (bool, np.generic, np.ndarray)) or np.all(mask):
        return operands
    mask = np.broadcast_to(mask, shape)
    place = np.unravel_index(int(np.argmax(mask)), shape) if mask.any() else None

    def changed(x: Any) -> Any:
        if isinstance(x, Spec) or not hasattr(x, "dtype"):
            return x
        return np.where(mask, x, 1 if place is None else np.broadcast_to(unwrap(x), shape)[place])

    return tuple([changed(x) for x in operands])


# Methods of arrays that take what the function of the name takes, in half the time.
_METHODS = frozenset(
    {"cumprod", "cumsum", "max", "mean", "min", "prod", "ravel", "repeat", "squeeze"}
    | {"std", "sum", "swapaxes", "take", "transpose", "var"}
)


class _Kind:
    """What a position of a function is for."""


ONE_OPERAND = _Kind()
#: A sequence of operands.
OPERANDS = _Kind()


class Pullback(Rule):
    """A function by the vector-Jacobian product of each differentiable parameter.

    In a value `v`, ``v.x`` is ``(args, kwargs)`` and ``v.y`` one ``(vjp, key, index)`` for each
    parent: where its operand is in ``args`` or ``kwargs``, and in a sequence there, or None.
    """

    def __init__(self, func: Function, is_view: bool = False) -> None:
        super().__init__(func)
        self.is_view = is_view
        #: If the function is linear: how the tangent comes from the function itself.
        self.linear: Callable[[Pullback, Any, Any], Any] | None = None
        #: The rule for complex numbers.
        self.complex: Rule = Conjugated(self)
        name = getattr(func, "__name__", "")
        #: The array's own method, if there is one that does the same ...
        self.method: Function | None = None
        #: ... and the keywords that it takes under the same names.
        self.simple_keywords = frozenset({"axis", "keepdims"})
        if name in _METHODS and func is getattr(np, name):
            self.method = getattr(np.ndarray, name)
            if name in ("transpose", "swapaxes"):
                self.simple_keywords = frozenset()
        #: Changes plain arguments before the function is run.
        self.normalize: Callable[[list[Any], dict[str, Any]], None] | None = None
        #: Other names of parameters, as keywords.
        self.synonyms: dict[str, str] = {}
        #: For each position `ONE_OPERAND`, `OPERANDS`, or None for other arguments.
        self.kinds: list[_Kind | None] = []
        #: NumPy's names of the positional parameters.
        self.names: tuple[str, ...] = ()
        #: Has the function an argument ``out=``?
        self.takes_out = False
        #: The position of `out`, or the number of positions if it has none.
        self.out_at = 0
        #: Defaults of the last of them.
        self.defaults: tuple[Any, ...] = ()
        self.keywords: frozenset[str] = frozenset()
        #: parameter name -> its vector-Jacobian product
        self.vjps: dict[str, Function] = {}
        #: Parameters that take a sequence of operands.
        self.several: frozenset[str] = frozenset()
        #: What `Value` keeps if the first parameter is the only operand: (ans, operand) ...
        self.plain_needs: tuple[bool, ...] = ()
        #: ... and where it is.
        self.plain_places: tuple[Any, ...] = ()
        self.is_plain = False
        self.inert_keywords: frozenset[str] = frozenset()
        #: parameter name -> which (ans, *positional) its product needs
        self.needs: dict[str, tuple[bool, ...]] = {}

    def learn(self, vjp: Function, parameter: str | None, several: bool) -> None:
        code = vjp.__code__
        names = parameters(vjp)
        bare = tuple(name.lstrip("_") for name in names[2:])
        only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        if self.vjps and (bare, frozenset(only)) != (self.names, self.keywords):
            raise TypeError(f"the rules of {self.name} disagree about its parameters")
        self.names = bare
        self.out_at = bare.index("out") if "out" in bare else len(bare)
        self.defaults = vjp.__defaults__ or ()
        self.keywords = frozenset(only)
        parameter = bare[0] if parameter is None else parameter
        if parameter not in bare and parameter not in only:
            raise TypeError(f"{self.name} has no parameter {parameter!r} in its rule")
        self.vjps[parameter] = vjp
        if several:
            self.several |= {parameter}
        self.kinds = [
            None if name not in self.vjps else OPERANDS if name in self.several else ONE_OPERAND
            for name in self.names
        ]
        self.takes_out = "out" in bare or "out" in only or isinstance(self.func, np.ufunc)
        first = bare[0]
        #: Is the first parameter an operand, and the result no view of it?
        self.is_plain = first in self.vjps and first not in self.several and not self.is_view
        #: Keywords that are no operands.
        self.inert_keywords = (self.keywords | {*bare[1:]}) - {*self.vjps, "out"}
        self.needs[parameter] = (*(not name.startswith("_") for name in names[1:]),)
        if self.is_plain:
            self.plain_needs = self.needs[first][:2]
            self.plain_places = ((self.vjps[first], 0, None),)

    def pull(self, v: Any, g: Any, run: Any) -> None:
        self.send(v, g, run, False)

    def push(self, v: Any, run: Any) -> Any:
        return run.transpose(v) if self.linear is None else self.linear(self, v, run)

    def send(self, v: Any, g: Any, run: Any, conjugate: bool) -> None:
        """`pull`; for holomorphic functions of complex numbers with `conjugate`."""
        args, kwargs = v.x
        ans = run.lift(v.ans, v)
        if v.spec.__class__ is tuple:
            v.grad = None
            if not self.sparse:
                g = [np.zeros_like(y) if c is None else c for c, y in zip(g, ans, strict=True)]
            g = tuple([np.conjugate(c) if conjugate and c is not None else c for c in g])
        elif conjugate:
            g = np.conjugate(g)
        parents = v.b if v.a is None else (v.a,)
        args, kwargs = run.lift_call(args, kwargs, parents, v.y)
        of: dict[Any, Function] = {}
        for parent, (vjp, key, index) in zip(parents, v.y, strict=True):
            if index is None:
                c = vjp(g, ans, *args, **kwargs)
            else:
                if key not in of:
                    of[key] = vjp(g, ans, *args, **kwargs)
                c = of[key](index)
            run.add(parent, np.conjugate(c) if conjugate else c, False)


def _together(rule: Pullback, v: Any, run: Any) -> Any:
    """The tangent of a function that is linear in all its operands taken together."""
    args, kwargs = v.x
    parents = v.b if v.a is None else (v.a,)
    tangents = {
        place[1:]: t
        for parent, place in zip(parents, v.y, strict=True)
        if (t := run.tangent(parent)) is not None
    }

    def moved(x: Any, key: Any, index: int | None = None) -> Any:
        t = tangents.get((key, index))
        if t is not None:
            return t
        # Constants count as zeros: an array, its spec, a number, or None.
        return run.zeros(x) if hasattr(x, "shape") else None if x is None else 0.0

    args = [
        moved(x, i)
        if kind is ONE_OPERAND
        else [moved(part, i, j) for j, part in enumerate(x)]
        if kind is OPERANDS
        else x
        for i, (x, kind) in enumerate(zip(args, rule.kinds, strict=False))
    ]
    kwargs = {name: moved(x, name) if name in rule.vjps else x for name, x in kwargs.items()}
    return run.apply(rule.func, args, kwargs)


def _each(rule: Pullback, v: Any, run: Any) -> Any:
    """The tangent of a function that is linear in each of its operands."""
    parents = v.b if v.a is None else (v.a,)
    args, kwargs = run.lift_call(*v.x, parents, v.y)
    tangent = None
    for parent, (_, key, index) in zip(parents, v.y, strict=True):
        t = run.tangent(parent)
        if t is None:
            continue
        moved = list(args)
        if index is not None:
            moved[key] = list(moved[key])
            moved[key][index] = t
        elif key.__class__ is int:
            moved[key] = t
        named = {**kwargs, key: t} if key.__class__ is str else kwargs
        c = run.apply(rule.func, moved, named)
        tangent = c if tangent is None else tangent + c
    return tangent


class Conjugated(Rule):
    """The rule of a holomorphic function for complex numbers.

    A `Pullback` is written as if for real numbers: it multiplies by derivatives. For complex
    ones it has to multiply by their conjugates, and so it does between two conjugations.
    """

    def __init__(self, plain: Pullback) -> None:
        super().__init__(plain.func)
        self.plain = plain

    def pull(self, v: Any, g: Any, run: Any) -> None:
        self.plain.send(v, g, run, True)

    def push(self, v: Any, run: Any) -> Any:
        return self.plain.push(v, run)


class _Pick(Rule):
    """One of the several outputs of a function, number ``v.x``; ``v.a`` is the value of all."""

    name = "mygrad output"

    def __init__(self) -> None:
        pass

    def pull(self, v: Any, g: Any, run: Any) -> None:
        run.add_output(v.a, v.x, g)

    def push(self, v: Any, run: Any) -> Any:
        return run.tangent(v.a)[v.x]


PICK = _Pick()


class Pair(Rule):
    """A function of two operands with a `Pullback` rule, called with nothing else.

    In a value `v`, ``v.x`` and ``v.y`` are the operands, or their specs.
    """

    def __init__(self, general: Pullback, conjugate: bool = False) -> None:
        super().__init__(general.func)
        #: Is it for complex numbers? See `Conjugated`.
        self.conjugate = conjugate
        first, second = general.names[:2]
        self.da, self.db = general.vjps[first], general.vjps[second]
        self.general = general
        needs = general.needs[first], general.needs[second]
        #: Which of (x, y) are kept if [a is active, b is active].
        self.keep = {
            (True, False): needs[0][1:3],
            (False, True): needs[1][1:3],
            (True, True): tuple(p or q for p, q in zip(*needs, strict=True))[1:3],
        }

    def pull(self, v: Any, g: Any, run: Any) -> None:
        x, y = run.lift(v.x, v.a), run.lift(v.y, v.b)
        if self.conjugate:
            g = np.conjugate(g)
        for parent, vjp in ((v.a, self.da), (v.b, self.db)):
            if parent is not None:
                c = vjp(g, None, x, y)
                run.add(parent, np.conjugate(c) if self.conjugate else c, False)

    def push(self, v: Any, run: Any) -> Any:
        if self.general.linear is not _each:
            return run.transpose(v)
        s = None if v.a is None else run.tangent(v.a)
        t = None if v.b is None else run.tangent(v.b)
        if s is not None:
            s = run.apply(self.func, (s, run.lift(v.y, v.b)), {})
        if t is not None:
            t = run.apply(self.func, (run.lift(v.x, v.a), t), {})
        return t if s is None else s if t is None else s + t


def normalize(func: Function, change: Callable[[list[Any], dict[str, Any]], None]) -> None:
    """Register what is to be done to plain ``args, kwargs`` before a function is run."""
    rule = RULES[func]
    assert isinstance(rule, Pullback)
    rule.normalize = change


def synonyms(func: Function, **names: str) -> None:
    """Register other names of parameters: ``keyword="parameter"``."""
    rule = RULES[func]
    assert isinstance(rule, Pullback)
    rule.synonyms = names


def known_as(name: str) -> Callable[[Function], Function]:
    """Register under which public name a function is known to users, for messages."""

    def register(func: Function) -> Function:
        NAMES[func] = name
        return func

    return register


def elementwise(func: np.ufunc, *partials: Function, adjoint: Function | None = None) -> None:
    """Register a ufunc by its local partial derivatives.

    A function that is not holomorphic has an `adjoint` for complex numbers, ``(g, ans, x)``.
    """
    RULES[func] = Elementwise(func, partials, adjoint)


def unless_real(func: np.ufunc, adjoint: Function) -> None:
    """Register the `adjoint` of a ufunc whose derivative is zero for real numbers."""
    COMPLEX[func] = Elementwise(func, (lambda _, _x: 0.0,), adjoint)


def not_holomorphic(*functions: Function) -> None:
    """Register functions whose pullbacks are right for complex numbers as they are written."""
    for func in functions:
        rule = RULES[func]
        assert isinstance(rule, Pullback)
        rule.complex = rule


def outputs(func: np.ufunc, *partials: tuple[Function, ...] | None) -> None:
    """Register a ufunc with several outputs: each output's partials, or None if constant.

    An output's partial gets that output as its first argument.
    """
    OUTPUTS[func] = tuple(None if d is None else Elementwise(func, d) for d in partials)


def pullback(
    func: Function, parameter: str | None = None, *, several: bool = False, sparse: bool = False
) -> Callable[[Function], Function]:
    """Register the vector-Jacobian product of one parameter (the first, if not named).

    With `several`, the parameter takes a sequence of operands. Then the product is called once for
    all of them, and returns a function of the index that gives the cotangent of each.

    With `sparse`, the cotangents of those outputs that nothing depends on are None, not zeros.
    """

    def register(vjp: Function) -> Function:
        rule = RULES.get(func)
        if rule is None:
            rule = RULES[func] = Pullback(func)
        assert isinstance(rule, Pullback)
        rule.sparse = sparse
        rule.learn(vjp, parameter, several)
        return vjp

    return register


def linear(func: Function, transpose: Function) -> None:
    """Register a function that is linear in its first parameter, by its transpose."""
    rule = RULES[func] = Pullback(func)
    rule.linear = _together
    rule.learn(transpose, None, False)


def view(func: Function, transpose: Function) -> None:
    """Register a function that rearranges its first parameter, often without copying."""
    rule = RULES[func] = Pullback(func, is_view=True)
    rule.linear = _together
    rule.learn(transpose, None, False)


def linear_together(*functions: Function) -> None:
    """Note that functions are linear in all their operands taken together, as a sum is."""
    _note_linear(functions, _together)


def linear_in_each(*functions: Function) -> None:
    """Note that functions are linear in each of their operands, as a product is."""
    _note_linear(functions, _each)


def _note_linear(functions: tuple[Function, ...], how: Any) -> None:
    for func in functions:
        rule = RULES[func]
        assert isinstance(rule, Pullback)
        rule.linear = how


def composition(
    *functions: Function, several: bool = False, passes_on: bool = False
) -> Callable[[Function], Function]:
    """Register a function as written in other, differentiable functions.

    With `several`, the first parameter takes a sequence of operands. With `passes_on`, keywords
    are for a function that is one of the arguments.
    """

    def register(body: Function) -> Function:
        for func in functions:
            COMPOSITIONS[func] = body
            if several:
                SEVERAL.add(func)
            if passes_on:
                PASSES_ON.add(func)
        return body

    return register


def constant(*functions: Function) -> None:
    """Register functions whose derivative is zero wherever it exists."""
    CONSTANTS.update(functions)


def declined(why: str, names: str) -> None:
    """Register why functions get no rule, by their full names or that of their module."""
    DECLINED.update(dict.fromkeys(names.split(), why))


def why_declined(name: str) -> str | None:
    """Why a function has no rule, by its full name."""
    return DECLINED.get(name) or DECLINED.get(name.rpartition(".")[0])
