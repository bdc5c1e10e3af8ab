"""Every notebook runs to its end on the demo's index, says nothing on standard error, and shows what it promises."""

import base64
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import matplotlib.font_manager
import nbformat
import pytest
from nbclient import NotebookClient

from crawler.home import Home

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
PROMISED = {"01_explore.ipynb": (7, 1)}
"""Tables and plots of each notebook, at least."""


def read(path: Path) -> Any:  # noqa: ANN401  # nbformat ships no types
    return nbformat.read(path, as_version=4)


def outputs(notebook: Any) -> list[Any]:  # noqa: ANN401  # nbformat ships no types
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def tables(notebook: Any) -> list[str]:  # noqa: ANN401
    return [output.data["text/html"] for output in outputs(notebook) if "text/html" in output.get("data", {})]


def plots(notebook: Any) -> list[bytes]:  # noqa: ANN401
    found = (output.get("data", {}).get("image/png") for output in outputs(notebook))
    return [base64.b64decode(one) for one in found if one]


def test_there_are_notebooks() -> None:
    assert {path.name for path in NOTEBOOKS} == PROMISED.keys()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_to_its_end(path: Path, demo_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert matplotlib.font_manager.fontManager.ttflist  # made once per machine, which matplotlib would tell on standard error
    shutil.copytree(demo_home.root, tmp_path / "home" / "demo")
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "home"))
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    began = time.monotonic()
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert time.monotonic() - began < 60
    assert not [o for o in outputs(notebook) if o.output_type == "error" or o.get("name") == "stderr"]
    least_tables, least_plots = PROMISED[path.name]
    assert len(tables(notebook)) >= least_tables
    assert all(re.search(r"<td>[^<]*\w", table) for table in tables(notebook))
    assert len(plots(notebook)) >= least_plots
    assert all(len(plot) > 20_000 for plot in plots(notebook))
    both_needs = [table for table in tables(notebook) if "first evidence" in table]
    assert len(both_needs) == 2
    assert all(table.count("http://") >= 6 for table in both_needs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_kept_with_the_outputs_of_a_whole_run(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    numbers = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(plots(notebook)) >= PROMISED[path.name][1]
    assert not [o for o in outputs(notebook) if o.output_type == "error" or o.get("name") == "stderr"]
    text = path.read_text(encoding="utf-8")
    for telling in (str(Path.home()) + "/", "/tmp/", os.sep + "site-packages", "Warning"):  # noqa: S108  # looked for, not used
        assert telling not in text
    assert not any("execution" in cell.metadata for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_without_an_index_the_first_cell_says_what_to_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "empty"))
    first = next(cell.source for cell in read(path).cells if cell.cell_type == "code")
    with pytest.raises(RuntimeError, match="`make demo` or `scout demo --no-serve`"):
        exec(compile(first, path.name, "exec"), {})  # noqa: S102  # our own notebook's cell
