"""`save` and `load`: tensors in files that `numpy.load` reads, and that cannot run code."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from ._operands import unwrap
from ._state import data_of, is_constant
from ._tensor import Tensor, rebuild

__all__ = ["load", "save"]

if TYPE_CHECKING:
    from zipfile import ZipFile

#: Zip's mark of an entry that is not compressed.
_STORED = 0
#: How many bytes the header of an array may have: far more than those of arrays of numbers need.
_HEADER = 4096
#: The kinds of dtypes that tensors have.
_NUMBERS = "biufc"
#: What a file may have in it.
_ENTRIES = frozenset({"data.npy", "grad.npy", "constant.npy"})


def save(file: "str | os.PathLike[str] | BinaryIO", tensor: Any) -> None:
    """Save a tensor, its gradient and whether it is a constant.

    Parameters
    ----------
    file
        A path, to which ``.npz`` is appended if it does not end so, or a file opened for writing
        bytes. A file that is there is replaced when the new one is complete, and not before.
    tensor
        The tensor. It becomes a leaf: the graph that made it is not saved.

    Raises
    ------
    TypeError
        If it is no tensor, or one over an array of another library, or one of no numbers.

    Notes
    -----
    The file is NumPy's: ``numpy.load(file)`` has the arrays ``"data"``, ``"constant"`` and, if the
    tensor has a gradient, ``"grad"``. A view is saved with its part of its base's gradient.

    Examples
    --------
    >>> import io
    >>> x = mg.tensor([1.0, 2.0])
    >>> (x * x).backward()
    >>> file = io.BytesIO()
    >>> mg.save(file, x)
    >>> _ = file.seek(0)
    >>> y = mg.load(file)
    >>> y, y.grad, y.constant
    (Tensor([1., 2.]), array([2., 4.]), False)
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"mygrad.save(file, tensor) saves a tensor; got {type(tensor).__name__}. For arrays "
            "there is numpy.savez."
        )
    data = data_of(tensor)
    if not isinstance(data, np.ndarray):
        raise TypeError(
            f"mygrad.save saves tensors over NumPy's arrays; this one is over {type(data).__name__}"
        )
    if data.dtype.kind not in _NUMBERS:
        raise TypeError(
            f"mygrad.save saves tensors of numbers; this one has the dtype {data.dtype}"
        )
    arrays: dict[str, Any] = {"data": data, "constant": np.array(is_constant(tensor))}
    grad = tensor.grad
    if grad is not None:
        arrays["grad"] = np.asarray(unwrap(grad))
    if isinstance(file, (str, bytes, os.PathLike)):
        path = os.fsdecode(file)
        with _replacing(path if path.endswith(".npz") else f"{path}.npz") as opened:
            np.savez(opened, **arrays)
    elif hasattr(file, "write"):
        np.savez(file, **arrays)
    else:
        raise TypeError(
            f"mygrad.save needs a path or a file opened for writing bytes; got "
            f"{type(file).__name__}"
        )


@contextmanager
def _replacing(path: str) -> "Iterator[BinaryIO]":
    """A file for writing that takes the place of that at `path` when all went well."""
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    is_there = os.path.exists(path)
    if not os.access(folder, os.W_OK) or (is_there and not os.path.isfile(path)):
        # No second file can be made here, or it is a device or a pipe.
        with open(path, "wb") as opened:
            yield opened
        return
    temporary = os.path.join(folder, f".{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "xb") as opened:
            yield opened
        if is_there:
            os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.remove(temporary)
        raise


def load(file: "str | os.PathLike[str] | BinaryIO") -> Tensor:
    """Load a tensor that `save` saved.

    Nothing in a file can run code, or take more memory than a small multiple of the file's size.

    Parameters
    ----------
    file
        A path, with or without ``.npz``, or a file opened for reading bytes.

    Returns
    -------
    Tensor
        A leaf, with the gradient that it had. Files of the existing MyGrad do not say whether it
        was a constant: then it is one unless it is of floating-point numbers.

    Raises
    ------
    ValueError
        If the file is damaged, or none that `save` writes.
    FileNotFoundError
        If there is no such file.
    """
    if isinstance(file, (str, bytes, os.PathLike)):
        path = os.fsdecode(file)
        if not os.path.isfile(path) and os.path.exists(f"{path}.npz"):
            path = f"{path}.npz"
        with open(path, "rb") as opened:
            return _load(opened, repr(path))
    if not hasattr(file, "read"):
        raise TypeError(
            f"mygrad.load needs a path or a file opened for reading; got {type(file).__name__}"
        )
    return _load(file, "this file")


def _load(file: BinaryIO, name: str) -> Tensor:
    import zipfile  # it costs as much as a tenth of our own import

    with _explained(name):
        start = file.tell()
        size = file.seek(0, os.SEEK_END) - start
        file.seek(start)
        with zipfile.ZipFile(file) as archive:
            members = archive.namelist()
            if "data.npy" not in members:
                raise ValueError(f"it has no array 'data', but {members[:5]}")
            if not _ENTRIES.issuperset(members) or len(set(members)) != len(members):
                # A damaged name must not cost the gradient.
                raise ValueError(f"its entries are {members[:5]}, and not those that save writes")
            data = _read(archive, "data", size)
            grad = _read(archive, "grad", size) if "grad.npy" in members else None
            if "constant.npy" in members:
                flag = _read(archive, "constant", size)
                if flag.dtype != bool or flag.shape:
                    raise ValueError("its entry 'constant' is no bool")
                constant = bool(flag)
            else:
                constant = data.dtype.kind not in "fc"
        if not constant and data.dtype.kind not in "fc":
            raise ValueError(f"it has a tensor of dtype {data.dtype} that is no constant")
        if grad is not None and (constant or grad.shape != data.shape or grad.dtype != data.dtype):
            raise ValueError(
                f"it has a gradient of shape {grad.shape} and dtype {grad.dtype} for a "
                f"{'constant ' if constant else ''}tensor of shape {data.shape} and dtype "
                f"{data.dtype}"
            )
    return rebuild(Tensor, data, constant, grad)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Whatever is wrong with a file is one kind of error."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"{name} cannot be loaded as a tensor that mygrad.save wrote: {error}"
        ) from error


def _read(archive: "ZipFile", name: str, size: int) -> np.ndarray:
    """One of the arrays of an archive of `size` bytes."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != _STORED or not info.compress_size == info.file_size <= size:
        # So an array has no more bytes than the file.
        raise ValueError(f"its entry {name!r} is compressed, or its size is wrong")
    with archive.open(info) as entry:
        version = npy.read_magic(entry)
        if version == (1, 0):
            shape, fortran, dtype = npy.read_array_header_1_0(entry, _HEADER)
        elif version == (2, 0):
            shape, fortran, dtype = npy.read_array_header_2_0(entry, _HEADER)
        else:
            raise ValueError(f"its entry {name!r} has the unknown format {version}")
        if dtype.kind not in _NUMBERS:
            raise ValueError(f"its entry {name!r} has the dtype {dtype}; tensors hold numbers")
        count = 1
        for n in shape:
            if n < 0:
                raise ValueError(f"its entry {name!r} has the shape {shape}")
            count *= n
        if count * dtype.itemsize > info.file_size:
            raise ValueError(
                f"its entry {name!r} is to have the shape {shape} and dtype {dtype}, but has "
                f"{info.file_size} bytes"
            )
        content = entry.read()
        if len(content) != count * dtype.itemsize:
            raise ValueError(f"its entry {name!r} has {len(content)} bytes, which is not its size")
    array = np.frombuffer(content, dtype, count).reshape(shape, order="F" if fortran else "C")
    return array.copy(order="K")
