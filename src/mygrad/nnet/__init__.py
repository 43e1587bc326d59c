"""Neural networks: activations, initializers, layers, losses and optimisers.

>>> from mygrad.nnet.initializers import he_normal
>>> from mygrad.nnet.losses import softmax_crossentropy
>>> x, labels = np.array([[1.0, 2.0], [-1.0, 0.5]]), [0, 1]
>>> w = he_normal(2, 2, rng=np.random.default_rng(0))
>>> optimizer = mg.nnet.optimizers.SGD([w], lr=0.5)
>>> for step in range(50):
...     loss = softmax_crossentropy(mg.nnet.relu(x @ w), labels)
...     loss.backward()
...     optimizer.step()
>>> loss.item() < 0.1
True
"""

from . import activations, initializers, layers, losses, optimizers
from .activations import (
    elu,
    gelu,
    glu,
    hard_tanh,
    leaky_relu,
    logsoftmax,
    relu,
    selu,
    sigmoid,
    silu,
    soft_sign,
    softmax,
    softplus,
    tanh,
)
from .initializers import (
    constant,
    dirac,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    identity,
    normal,
    uniform,
)
from .layers import (
    avg_pool,
    batchnorm,
    conv_nd,
    conv_transpose_nd,
    dropout,
    embedding,
    group_norm,
    gru,
    layer_norm,
    lstm,
    max_pool,
    scaled_dot_product_attention,
)
from .losses import (
    binary_crossentropy,
    focal_loss,
    huber,
    margin_ranking_loss,
    mse,
    multiclass_hinge,
    negative_log_likelihood,
    softmax_crossentropy,
    softmax_focal_loss,
)

__all__ = [
    "activations",
    "avg_pool",
    "batchnorm",
    "binary_crossentropy",
    "constant",
    "conv_nd",
    "conv_transpose_nd",
    "dirac",
    "dropout",
    "elu",
    "embedding",
    "focal_loss",
    "gelu",
    "glorot_normal",
    "glorot_uniform",
    "glu",
    "group_norm",
    "gru",
    "hard_tanh",
    "he_normal",
    "he_uniform",
    "huber",
    "identity",
    "initializers",
    "layer_norm",
    "layers",
    "leaky_relu",
    "logsoftmax",
    "losses",
    "lstm",
    "margin_ranking_loss",
    "max_pool",
    "mse",
    "multiclass_hinge",
    "negative_log_likelihood",
    "normal",
    "optimizers",
    "relu",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "soft_sign",
    "softmax",
    "softmax_crossentropy",
    "softmax_focal_loss",
    "softplus",
    "tanh",
    "uniform",
]
