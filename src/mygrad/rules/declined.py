"""Functions that get no rule, and why; given by name, for versions of NumPy differ."""

from .._table import declined

__all__: list[str] = []

declined("it works on text", "numpy.char numpy.strings")
declined("it works on structured arrays", "numpy.lib.recfunctions")
declined(
    "it works on dates",
    "numpy.busday_count numpy.busday_offset numpy.datetime_as_string numpy.is_busday",
)
declined("it works on bits", "numpy.packbits numpy.unpackbits")
declined("mygrad.array does the same, with order=", "numpy.require")
declined("elements that are in both arrays depend on neither alone", "numpy.intersect1d")
