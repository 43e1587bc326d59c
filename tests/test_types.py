"""What type checkers know, and that it is so: mypy checks this file, and pytest runs it."""

from typing import Any, assert_type

import numpy as np

import mygrad as mg
from mygrad import Tensor
from mygrad.typing import ArrayLike, DTypeLike


def tensor(*found: Tensor) -> None:
    for t in found:
        assert type(t) is Tensor


def matrix() -> Tensor:
    return mg.tensor([[2.0, 1.0], [1.0, 3.0]])


def test_creation() -> None:
    tensor(assert_type(mg.tensor([1.0, 2.0]), Tensor))
    tensor(assert_type(mg.zeros((2, 3)), Tensor))
    tensor(assert_type(mg.arange(3.0, constant=True), Tensor))
    tensor(assert_type(mg.linspace(0, 1, 5), Tensor))
    assert type(mg.asarray([1.0])) is np.ndarray


def test_functions_from_the_table() -> None:
    x = matrix()
    tensor(assert_type(mg.sin(x), Tensor))
    tensor(assert_type(mg.add(x, 2.0, constant=True), Tensor))
    tensor(assert_type(mg.sum(x, axis=0, keepdims=True), Tensor))
    tensor(assert_type(mg.matmul(x, x), Tensor))
    tensor(assert_type(mg.concatenate([x, x]), Tensor))
    tensor(assert_type(mg.einsum("ij,ji", x, x), Tensor))
    tensor(assert_type(mg.reshape(x, (4,)), Tensor))
    tensor(assert_type(mg.max(x), Tensor))
    tensor(assert_type(mg.cot(x), Tensor))
    tensor(assert_type(mg.multi_matmul([x, x, x]), Tensor))


def test_several_results() -> None:
    x = matrix()
    tensor(*assert_type(mg.split(x, 2), list[Tensor]))
    tensor(*assert_type(mg.meshgrid(x[0], x[1]), tuple[Tensor, ...]))
    tensor(*assert_type(mg.modf(x), tuple[Tensor, Tensor]))
    tensor(*assert_type(mg.polydiv([1.0, 2.0, 1.0], [1.0, 1.0]), tuple[Tensor, Tensor]))


def test_where() -> None:
    x = matrix()
    tensor(assert_type(mg.where(x > 1, x, 0.0), Tensor))
    found = assert_type(mg.where(x > 1), tuple[np.ndarray[Any, Any], ...])
    assert all(type(places) is np.ndarray for places in found)


def test_in_place() -> None:
    x = matrix()
    mg.put(x, [0], [1.0])
    mg.copyto(x, 2.0)
    x += 1
    x *= x
    tensor(assert_type(x, Tensor))


def test_linalg() -> None:
    x = matrix()
    tensor(assert_type(mg.linalg.inv(x), Tensor))
    tensor(assert_type(mg.linalg.norm(x, axis=1), Tensor))
    tensor(assert_type(mg.linalg.eigh(x).eigenvalues, Tensor))
    sign, logabsdet = mg.linalg.slogdet(x)
    tensor(assert_type(sign, Tensor), assert_type(logabsdet, Tensor))
    tensor(assert_type(mg.linalg.svd(x).Vh, Tensor))
    tensor(assert_type(mg.linalg.svd(x, compute_uv=False), Tensor))
    tensor(assert_type(mg.linalg.qr(x).R, Tensor))
    tensor(assert_type(mg.linalg.qr(x, "r"), Tensor))


def test_fft_and_emath() -> None:
    x = matrix()
    tensor(assert_type(mg.fft.rfft(x, axis=0), Tensor))
    tensor(assert_type(mg.fft.fftshift(x), Tensor))
    tensor(assert_type(mg.emath.sqrt(-x), Tensor))


def test_operators() -> None:
    x = matrix()
    tensor(assert_type(x + 1, Tensor), assert_type(1 - x, Tensor), assert_type(x * x, Tensor))
    tensor(assert_type(x / 2, Tensor), assert_type(x**2, Tensor), assert_type(2.0**x, Tensor))
    tensor(assert_type(x @ x, Tensor), assert_type(-x, Tensor), assert_type(abs(x), Tensor))
    tensor(assert_type(x % 2, Tensor))
    tensor(assert_type(x[0], Tensor), assert_type(x[x.data > 1], Tensor))


def test_methods() -> None:
    x = matrix()
    tensor(assert_type(x.sum(), Tensor), assert_type(x.mean(axis=0), Tensor))
    tensor(assert_type(x.reshape(4), Tensor), assert_type(x.T, Tensor))
    tensor(assert_type(x.astype(np.float32), Tensor), assert_type(x.detach(), Tensor))
    tensor(assert_type(x.null_grad(), Tensor), assert_type(x.copy(), Tensor))
    assert assert_type(x.shape, tuple[int, ...]) == (2, 2)
    assert assert_type(x.constant, bool) is False


def test_random() -> None:
    tensor(assert_type(mg.random.rand(2), Tensor), assert_type(mg.random.randint(3), Tensor))
    rng = mg.random.default_rng(0)
    tensor(assert_type(rng.normal(size=3), Tensor), assert_type(rng.permutation(3), Tensor))


def test_ufunc_objects() -> None:
    x = matrix()
    tensor(assert_type(mg.add.reduce(x, axis=0), Tensor))
    tensor(assert_type(mg.multiply.outer(x, x), Tensor))
    assert assert_type(mg.add.nin, int) == 2
    mg.add.at(x, [0], 1.0)


def test_annotations() -> None:
    def scaled(x: ArrayLike, dtype: DTypeLike = None) -> Tensor:
        return mg.tensor(x, dtype)

    x = matrix()
    tensor(scaled(x), scaled([x, x]), scaled([1.0, x[0, 0]]), scaled([[x[0, 0], 2], [3, 4.0]]))
    tensor(scaled(2), scaled(np.ones(2), "float32"), scaled([[1, 2], [3, 4]], np.float32))


def test_pictures() -> None:
    x = matrix()
    assert type(assert_type(mg.computational_graph.to_svg(x * 2), str)) is str


def test_late_modules_and_constants() -> None:
    assert assert_type(mg.pi, float) == np.pi
    assert mg.special.__name__ == "mygrad.special"


def test_networks() -> None:
    x = matrix()
    tensor(assert_type(mg.nnet.relu(x), Tensor))
    tensor(assert_type(mg.nnet.gelu(x), Tensor))
    tensor(assert_type(mg.nnet.softmax_crossentropy(x, [0, 1]), Tensor))
    tensor(assert_type(mg.nnet.conv_nd(x[None], mg.ones((3, 2, 1)), stride=1), Tensor))
    tensor(assert_type(mg.nnet.max_pool(x, 2, 2), Tensor))
    tensor(assert_type(mg.nnet.initializers.he_normal(3, 2), Tensor))
    weights = mg.ones((2, 8)), mg.ones((2, 8)), mg.ones(8)
    tensor(*assert_type(mg.nnet.lstm(x[None], *weights), tuple[Tensor, Tensor]))
