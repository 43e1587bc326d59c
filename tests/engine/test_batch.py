"""Passes with many cotangents or tangents at once: as many single ones, for every rule."""

import sys
from pathlib import Path

import numpy as np
import pytest

import mygrad as mg
from mygrad import Tensor
from mygrad._batch import pull_batch, push_batch
from mygrad._push import push

sys.path[:0] = [str(Path(__file__).parents[1] / d) for d in ("rules", "views")]
from _oracle import assert_close, parts, quiet, weights_for  # noqa: E402
from cases import CALLS, Call  # noqa: E402

K = 3


def several(arrays, rng):
    """K random arrays of each shape, along the first axis."""
    draws = [weights_for(arrays, rng) for _ in range(K)]
    return [np.stack(each) for each in zip(*draws, strict=True)]


def plain(x):
    return x.data if isinstance(x, Tensor) else x


def singly(results, tensors, cotangents):
    """The gradients by one backward pass for each of the cotangents."""
    ends = [i for i, x in enumerate(results) if isinstance(x, Tensor) and not x.constant]
    rows = []
    for k in range(K):
        with quiet():
            loss = 0.0
            for i in ends:
                product = np.conjugate(cotangents[i][k]) * results[i]
                loss = loss + np.sum(product.real if product.dtype.kind == "c" else product)
        loss.backward(retain_graph=True)
        rows.append([np.zeros(t.shape, t.dtype) if t.grad is None else t.grad for t in tensors])
    return [np.stack(each) for each in zip(*rows, strict=True)]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
def test_every_rule(call: Call):
    arrays = call.sample()
    rng = call.generator("batch")
    tensors = [mg.tensor(a) for a in arrays]
    results = parts(call.run(tensors))
    cotangents = several([np.asarray(plain(x)) for x in results], rng)
    wanted = singly(results, tensors, cotangents)
    for record in (False, True):
        found = pull_batch(results, cotangents, tensors, record)
        for g, want, a in zip(found, wanted, arrays, strict=True):
            if g is None:
                assert not np.any(want), call.id
                continue
            assert isinstance(g, Tensor) is record
            assert g.dtype == a.dtype
            assert_close(plain(g), want, f"{call.id}, recorded: {record}", 1e-11)

    tangents = several(arrays, rng)
    single = [push(results, tensors, [t[k] for t in tangents], False) for k in range(K)]
    for record in (False, True):
        found = push_batch(results, tensors, tangents, record)
        for i, t in enumerate(found):
            rows = [row[i] for row in single]
            if t is None:
                assert all(row is None or not np.any(row) for row in rows), call.id
                continue
            assert isinstance(t, Tensor) is record
            assert t.dtype == results[i].dtype
            assert_close(plain(t), np.stack(rows), f"{call.id}, recorded: {record}", 1e-11)
