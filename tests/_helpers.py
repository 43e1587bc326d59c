"""Oracles that know nothing of mygrad's derivatives: central finite differences."""

import numpy as np

import mygrad as mg


def numerical_grad(f, *arrays, step=1e-6):
    """The gradient of ``np.sum(f(*arrays))`` by each array, on plain float64 arrays.

    Returns a tuple with one array for each argument. `f` gets copies and may write to them.
    """
    arrays = [np.array(a, dtype=float) for a in arrays]
    grads = []
    for a in arrays:
        grad = np.zeros(a.shape)
        for i in np.ndindex(a.shape):
            at = a[i]
            h = step * max(1.0, abs(at))
            a[i] = at + h
            above = np.sum(np.asarray(f(*(b.copy() for b in arrays)), dtype=float))
            a[i] = at - h
            below = np.sum(np.asarray(f(*(b.copy() for b in arrays)), dtype=float))
            a[i] = at
            grad[i] = (above - below) / (2 * h)
        grads.append(grad)
    return tuple(grads)


def gradients(f, *arrays):
    """The value of ``f`` on tensors, and the gradient of its sum by each argument.

    `f` gets copies that are no leaves, so it may write to them.
    """
    leaves = [mg.tensor(np.array(a, dtype=float)) for a in arrays]
    result = f(*(+t for t in leaves))
    result.backward()
    return result.data.copy(), tuple(t.grad for t in leaves)


def check_gradients(f, *arrays, rtol=1e-5, atol=1e-7):
    """``f`` has NumPy's values and the gradients that finite differences give."""
    value, grads = gradients(f, *arrays)
    np.testing.assert_allclose(value, f(*(np.array(a, dtype=float) for a in arrays)), rtol=1e-12)
    for grad, expected in zip(grads, numerical_grad(f, *arrays), strict=True):
        grad = np.zeros(expected.shape) if grad is None else grad
        np.testing.assert_allclose(grad, expected, rtol=rtol, atol=atol)


def writeable(*arrays):
    """The writeable flags of arrays."""
    return [a.flags.writeable for a in arrays]
