"""How Sphinx makes the site. `make docs` runs it; nothing is fetched from the network."""

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np

import mygrad as mg

ROOT = Path(__file__).parent.parent

project = "mygrad"
author = "The mygrad authors"
project_copyright = author
version = release = mg.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
]
# A name in single backticks is a link if it is known, and code otherwise.
default_role = "py:obj"
exclude_patterns = ["_build"]

toc_object_entries_show_parents = "hide"
autodoc_member_order = "groupwise"
autodoc_typehints = "none"
autosummary_generate = False
numpydoc_show_class_members = False
myst_heading_anchors = 3
suppress_warnings = ["config.cache"]

html_theme = "pydata_sphinx_theme"
html_title = "mygrad"
html_static_path = ["_static"]
html_css_files = ["site.css"]
# Pages that stand alone have nothing to navigate.
ALONE = "index tutorial transforms nnet complex functions *-from-* changes contributing"
html_sidebars = {page: [] for page in ALONE.split()}
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}

NUMPY = "https://numpy.org/doc/stable/reference/generated/{}.html"
SCIPY = "https://docs.scipy.org/doc/scipy/reference/generated/{}.html"


def address(name: str) -> str | None:
    """Where NumPy and SciPy explain a name: that follows a rule, so no inventory is read."""
    if name.startswith(("scipy.special.", "scipy.optimize.")):
        return SCIPY.format(name)
    known: Any = np if name.startswith("numpy.") else None
    for part in name.split(".")[1:]:
        known = getattr(known, part, None)
    return None if known is None else NUMPY.format(name)


def link_to_others(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    from docutils import nodes

    uri = address(node.get("reftarget", ""))
    return uri and nodes.reference("", "", contnode, refuri=uri, internal=False)


def write_reference(app: Any) -> None:
    runpy.run_path(str(ROOT / "tools/make_reference.py"))["write"](ROOT / "docs/reference")


def trim_examples(app: Any, doctree: Any) -> None:
    """Drop the empty line that ends an example for doctest's sake."""
    from docutils import nodes

    for block in doctree.findall(nodes.literal_block):
        if block.rawsource == block.astext():
            block.rawsource = block.rawsource.rstrip()
            block.children = [nodes.Text(block.rawsource)]


def plain_signature(
    app: Any, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: Any
) -> tuple[str | None, Any]:
    """Signatures as one would write them: NumPy's mark for "not given", and classes by name."""
    if signature:
        signature = signature.replace("<no value>", "...")
        signature = re.sub(r"<class '([\w.]+)'>", r"\1", signature)
    return signature, returns


def setup(app: Any) -> None:
    app.connect("autodoc-process-signature", plain_signature)
    app.connect("builder-inited", write_reference)
    app.connect("doctree-read", trim_examples)
    app.connect("missing-reference", link_to_others)
