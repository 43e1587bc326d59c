"""`mygrad.save` and `mygrad.load`: what survives, and files that are not ours."""

import io
import os
import pickle
import threading
import warnings
import zipfile

import numpy as np
import pytest

import mygrad as mg


def saved(t):
    file = io.BytesIO()
    mg.save(file, t)
    file.seek(0)
    return file


def archive(**entries):
    """A file with entries of these contents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        for name, content in entries.items():
            z.writestr(f"{name}.npy", content)
    file.seek(0)
    return file


def entry(array, **keywords):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **keywords)
    return file.getvalue()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", "c8", "c16", "i1", "u8", "?", ">f8"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_data_and_flag_survive(dtype, shape):
    data = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    for constant in {True, data.dtype.kind not in "fc"}:
        t = mg.load(saved(mg.tensor(data, constant=constant)))
        np.testing.assert_array_equal(t, data)
        assert t.dtype == data.dtype
        assert t.constant is constant
        assert t.grad is None and t.creator is None
        assert t.data.flags.writeable


def test_memory_order_survives():
    t = mg.load(saved(mg.tensor(np.asfortranarray(np.arange(6.0).reshape(2, 3)))))
    assert t.data.flags.f_contiguous


def test_gradients_survive():
    x = mg.tensor([1.0, 2.0, 3.0])
    v = x[1:]
    y = (x * x).sum()
    y.backward()
    np.testing.assert_array_equal(mg.load(saved(x)).grad, [2, 4, 6])
    np.testing.assert_array_equal(mg.load(saved(v)).grad, [4, 6])
    assert mg.load(saved(y)).grad == 1
    with mg.no_autodiff:
        np.testing.assert_array_equal(mg.load(saved(x)).grad, [2, 4, 6])
    (x * x).backward(create_graph=True)
    np.testing.assert_array_equal(mg.load(saved(x)).grad, [2, 4, 6])


def test_tensors_of_a_live_graph_become_leaves():
    x = mg.tensor([1.0, 2.0])
    y = x * x
    t = mg.load(saved(y))
    assert t.creator is None
    (t * 3.0).backward()
    np.testing.assert_array_equal(t.grad, [3, 3])
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_paths(tmp_path):
    x = mg.tensor([1.0, 2.0])
    mg.save(tmp_path / "a", x)
    mg.save(str(tmp_path / "b.npz"), x)
    for name in ("a", "a.npz", "b", "b.npz"):
        np.testing.assert_array_equal(mg.load(tmp_path / name), x)
        np.testing.assert_array_equal(mg.load(str(tmp_path / name)), x)
    with pytest.raises(FileNotFoundError):
        mg.load(tmp_path / "c")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as found:
        np.testing.assert_array_equal(found["data"], [1, 2])
        assert not found["constant"]
        assert set(found) == {"data", "constant"}


def test_paths_of_bytes_and_beside_a_folder(tmp_path):
    x = mg.tensor([1.0, 2.0])
    (tmp_path / "a").mkdir()
    for path in (tmp_path / "a", os.fsencode(tmp_path / "b"), str(tmp_path / "c.txt")):
        mg.save(path, x)
        np.testing.assert_array_equal(mg.load(path), x)
    assert sorted(os.listdir(tmp_path)) == ["a", "a.npz", "b.npz", "c.txt.npz"]


def test_a_failing_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    mg.save(path, mg.tensor([1.0, 2.0]))

    def fails(file, **arrays):
        with file if hasattr(file, "write") else open(file, "wb") as opened:
            opened.write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="no space left"):
        mg.save(path, mg.tensor([9.0, 9.0]))
    assert os.listdir(tmp_path) == ["a.npz"]
    np.testing.assert_array_equal(mg.load(path), [1, 2])
    with pytest.raises(OSError, match="no space left"):
        mg.save(tmp_path / "b", mg.tensor([9.0, 9.0]))
    assert os.listdir(tmp_path) == ["a.npz"]


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_links_and_modes_stay(tmp_path):
    target, link = tmp_path / "target.npz", tmp_path / "link.npz"
    mg.save(target, mg.tensor(1.0))
    fresh = tmp_path / "fresh"
    fresh.touch()
    assert target.stat().st_mode == fresh.stat().st_mode
    target.chmod(0o640)
    link.symlink_to(target)
    mg.save(link, mg.tensor(2.0))
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert mg.load(target).item() == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_pipe_is_not_replaced(tmp_path):
    pipe = tmp_path / "a.npz"
    os.mkfifo(pipe)
    found = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()), daemon=True)
    reader.start()
    mg.save(pipe, mg.tensor([1.0, 2.0]))
    reader.join(60)
    assert not pipe.is_file()
    np.testing.assert_array_equal(mg.load(io.BytesIO(found[0])), [1, 2])


def test_files_of_the_existing_mygrad():
    t = mg.load(archive(data=entry(np.arange(2.0)), grad=entry(np.ones(2))))
    assert not t.constant
    np.testing.assert_array_equal(t.grad, [1, 1])
    assert mg.load(archive(data=entry(np.arange(2)))).constant


def test_what_cannot_be_saved_or_read():
    with pytest.raises(TypeError, match=r"got ndarray.*numpy\.savez"):
        mg.save(io.BytesIO(), np.ones(2))
    with pytest.raises(TypeError, match="got NoneType"):
        mg.save(None, mg.tensor(1.0))
    with mg.no_autodiff, pytest.raises(TypeError, match=r"tensors of numbers.*object"):
        mg.save(io.BytesIO(), mg.tensor([None]))
    with pytest.raises(TypeError, match="a path or a file"):
        mg.load(5)


class Explosive:
    def __reduce__(self):
        return pytest.fail, ("a file ran code",)


def objects():
    file = io.BytesIO()
    np.savez(file, data=np.array([Explosive()], dtype=object))
    file.seek(0)
    return file


def compressed():
    file = io.BytesIO()
    np.savez_compressed(file, data=np.zeros(100_000))
    file.seek(0)
    return file


def twice(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        for _ in range(2):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                z.writestr("data.npy", content)
    file.seek(0)
    return file


def lying(shape):
    """A header that promises more than there is."""
    file = io.BytesIO()
    header = {"shape": shape, "fortran_order": False, "descr": "<f8"}
    np.lib.format.write_array_header_1_0(file, header)
    return archive(data=file.getvalue() + bytes(16))


def damaged():
    content = bytearray(saved(mg.tensor(np.arange(100.0))).getvalue())
    content[300] ^= 255
    return io.BytesIO(content)


DATA = entry(np.arange(2.0))

BAD = {
    "nothing": lambda: io.BytesIO(),
    "text": lambda: io.BytesIO(b"no archive at all" * 20),
    "a pickle": lambda: io.BytesIO(pickle.dumps(Explosive())),
    "one array": lambda: io.BytesIO(DATA),
    "objects": objects,
    "compressed": compressed,
    "huge": lambda: lying((1 << 60,)),
    "too long": lambda: lying((3,)),
    "too short": lambda: lying((1,)),
    "negative": lambda: lying((-1,)),
    "overflowing": lambda: lying((1 << 40, 1 << 40)),
    "damaged": damaged,
    "cut off": lambda: io.BytesIO(saved(mg.tensor(np.arange(100.0))).getvalue()[:500]),
    "more than a tensor": lambda: archive(data=DATA, grbd=DATA),
    "the same twice": lambda: twice(DATA),
    "no data": lambda: archive(other=DATA),
    "text for an array": lambda: archive(data=b"hello"),
    "dates": lambda: archive(data=entry(np.zeros(2, "M8[s]"))),
    "strings": lambda: archive(data=entry(np.array(["a"]))),
    "records": lambda: archive(data=entry(np.zeros(2, "f8,i4"))),
    "a constant flag that is none": lambda: archive(data=DATA, constant=entry(np.zeros(2))),
    "integers that are no constant": lambda: archive(
        data=entry(np.arange(2)), constant=entry(np.array(False))
    ),
    "a constant with gradient": lambda: archive(
        data=DATA, constant=entry(np.array(True)), grad=DATA
    ),
    "a gradient of another shape": lambda: archive(data=DATA, grad=entry(np.zeros(3))),
    "a gradient of another dtype": lambda: archive(data=DATA, grad=entry(np.zeros(2, "f4"))),
    "a header that is code": lambda: archive(
        data=b"\x93NUMPY\x01\x00\x20\x00" + b"__import__('os').getcwd()".ljust(31) + b"\n"
    ),
    "an unknown format": lambda: archive(data=b"\x93NUMPY\x09\x00\x20\x00" + bytes(40)),
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_are_not_ours(name, tmp_path):
    file = BAD[name]()
    with pytest.raises(ValueError, match="cannot be loaded as a tensor that"):
        mg.load(file)
    path = tmp_path / "bad.npz"
    path.write_bytes(file.getvalue())
    with pytest.raises(ValueError, match=r"bad\.npz.*cannot be loaded"):
        mg.load(path)
