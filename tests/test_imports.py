"""The package's modules import one way, in the order that the design gives."""

import ast
import re
from pathlib import Path

import mygrad

PACKAGE = Path(mygrad.__file__).parent
DESIGN = Path(__file__).parent.parent / "docs/design.md"


def test_modules_import_those_above_them():
    rows = re.findall(r"^\| (`[^|]*) \|", DESIGN.read_text(), re.MULTILINE)
    order = [name.strip("/") for row in rows for name in re.findall(r"`([a-z_/]+)`", row)]
    assert {p.stem for p in PACKAGE.glob("*.py")} - {"__init__"} <= {*order}
    for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("rules/*.py")]:
        module = "rules" if path.parent.name == "rules" else path.stem
        if module == "__init__":
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.level == 1 + (module == "rules"):
                names = [node.module] if node.module else [a.name for a in node.names]
                for name in names:
                    above = name.partition(".")[0]
                    assert order.index(above) < order.index(module), f"{module} imports {above}"
