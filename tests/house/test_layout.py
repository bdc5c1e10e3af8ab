"""The house's layout and manners, where no linter sees them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = {
    ".ci", ".gitignore", "Makefile", "README.md", "constraints.txt", "crawler", "indexer", "notebooks", "pyproject.toml",
    "search_api", "tests",
}  # fmt: skip
PACKAGES = ("crawler", "indexer", "search_api")
VAGUE = {"utils.py", "helpers.py", "common.py", "misc.py"}
LONGEST_FILE = 400
DATA = (".toml", ".ipynb", ".svg", ".png")


@pytest.fixture(scope="module")
def tracked(root: Path) -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  # git where the developer has it
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(root / name for name in listed.stdout.split("\0") if name and (root / name).is_file())


def test_the_top_level_is_what_the_user_fixed(tracked: tuple[Path, ...], root: Path) -> None:
    assert {path.relative_to(root).parts[0] for path in tracked} == TOP


def test_no_file_is_a_drawer_for_odds_and_ends(tracked: tuple[Path, ...]) -> None:
    assert not [path for path in tracked if path.name in VAGUE]


def test_no_file_of_code_grows_past_one_idea(tracked: tuple[Path, ...], root: Path) -> None:
    code = [path for path in tracked if path.suffix in (".py", ".js") and path.relative_to(root).parts[0] in PACKAGES]
    long = {str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines()) for path in code}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_every_module_says_what_lives_there(tracked: tuple[Path, ...], root: Path) -> None:
    for path in tracked:
        if path.suffix == ".py" and path.relative_to(root).parts[0] in PACKAGES:
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_nothing_names_this_machine_or_a_package_registry(tracked: tuple[Path, ...], root: Path) -> None:
    telling = re.compile("|".join(["/wo" + "rk/(main|shared)", "py" + r"pi\.org", "python" + "hosted", "npm" + "js"]))
    for path in tracked:
        found = telling.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, f"{path.relative_to(root)}: {found and found.group()}"


@pytest.mark.shared
def test_nothing_is_copied_from_the_development_data(tracked: tuple[Path, ...], shared: Path) -> None:
    theirs = {
        line.strip()
        for name in ("eval/dev/topics.tsv", "parallel/glossary_seed.tsv")
        for row in (shared / name).read_text(encoding="utf-8").splitlines()
        for line in row.split("\t")
        if len(line.split()) >= 6
    }
    for path in tracked:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [line for line in theirs if line in text], path


def test_help_needs_neither_torch_nor_faiss(root: Path) -> None:
    code = (
        "import sys; from search_api.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'sentence_transformers', 'scrapy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
