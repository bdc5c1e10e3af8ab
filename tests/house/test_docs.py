"""The README says what the code does: every command, setting and route, and no other."""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer.main
from fastapi.routing import APIRoute
from pydantic_settings import BaseSettings

from crawler.home import Home
from crawler.settings import CrawlSettings
from indexer.settings import IndexSettings, RerankSettings
from search_api.app import create_app
from search_api.cli import app as cli
from search_api.engine import Engine
from search_api.routes import batch, browse, page, search, similar, startups, status, why
from search_api.settings import ServiceSettings

SETTINGS: tuple[type[BaseSettings], ...] = (CrawlSettings, IndexSettings, RerankSettings, ServiceSettings)


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def _commands(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401  # a command or a group of click, which Typer carries within
    parts = getattr(command, "commands", {})
    for part, inner in parts.items():
        yield from _commands(inner, f"{name} {part}")
    if not parts:
        yield name


def test_every_command_is_in_the_table_of_commands_and_no_other(readme: str) -> None:
    rows = re.findall(r"^\| `(scout [a-z -]+?)(?: [^a-z`][^`]*| FILE[^`]*| NAME[^`]*)?` \|", readme, re.MULTILINE)
    assert sorted(rows) == sorted(_commands(typer.main.get_command(cli), "scout"))


def test_every_setting_is_in_the_table_of_settings_and_no_other(readme: str) -> None:
    rows = re.findall(r"^\| `(SCOUT_[A-Z_]+)` \|", readme, re.MULTILINE)
    names = [f"{kind.model_config['env_prefix']}{field.upper()}" for kind in SETTINGS for field in kind.model_fields]
    assert sorted(rows) == sorted(["SCOUT_HOME", *names])


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_table_of_settings_gives_the_defaults(kind: type[BaseSettings], readme: str) -> None:
    for field, info in kind.model_fields.items():
        if isinstance(info.default, bool | int | float) or (isinstance(info.default, str) and "." in info.default[:4]):
            row = re.search(rf"^\| `{kind.model_config['env_prefix']}{field.upper()}` \| ([^|]+) \|", readme, re.MULTILINE)
            assert row is not None
            assert row[1].lower().removesuffix(".0") == str(info.default).lower().removesuffix(".0")


@pytest.mark.parametrize("kind", SETTINGS)
def test_every_setting_has_a_description_in_the_code(kind: type[BaseSettings]) -> None:
    (body,) = [node.body for node in ast.parse(inspect.getsource(kind)).body if isinstance(node, ast.ClassDef)]
    described = {
        node.target.id
        for node, after in pairwise(body)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }
    assert described == set(kind.model_fields)


def test_every_route_is_in_the_table_of_routes(readme: str, tmp_path: Path) -> None:
    documented = set(re.findall(r"`(GET|POST) (/[^?`]*)", readme))
    app = create_app(Engine(Home(tmp_path), IndexSettings()), ServiceSettings())
    paths = app.openapi()["paths"]
    routes = {(method.upper(), path.replace(":path", "")) for path, methods in paths.items() for method in methods}
    assert routes <= documented
    assert {path for _, path in documented} - {path for _, path in routes} == {"/openapi.json"}


def test_every_make_target_of_the_readme_exists(readme: str, root: Path) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:`|^)make ([a-z]+)", readme, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_routes_are_plain_functions_that_run_off_the_event_loop() -> None:
    # healthz does nothing that could block, and must answer when all worker threads are busy.
    # batch and why wait there for a thread of their own.
    on_the_loop = {"healthz", "batch", "why"}
    parts = (search, why, batch, browse, similar, startups, status, page)
    routes = [route for part in parts for route in part.router.routes if isinstance(route, APIRoute)]
    assert {route.name for route in routes if inspect.iscoroutinefunction(route.endpoint)} == on_the_loop
    assert len(routes) > len(on_the_loop)
