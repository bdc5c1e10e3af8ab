"""Options that several commands have, the filters among them."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from indexer.results import Filters
from search_api.wire.requests import FiltersIn

Limit = Annotated[int, typer.Option("--limit", help="Startups in the answer, 1 to 100.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the same JSON as the API.")]


def chosen_filters(
    *,
    country: Annotated[list[str] | None, typer.Option("--country", help="Code such as IT; repeat for alternatives.")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="Such as Lombardia; repeat for alternatives.")] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Directory; repeat for alternatives.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Tag; repeat for alternatives.")] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="Of its pages, such as it; repeat for alternatives.")
    ] = None,
    technology: Annotated[
        list[str] | None, typer.Option("--class", help="As `scout browse` lists them; repeat for alternatives.")
    ] = None,
    trl_min: Annotated[int | None, typer.Option("--trl-min", min=1, max=9)] = None,
    trl_max: Annotated[int | None, typer.Option("--trl-max", min=1, max=9)] = None,
    founded_min: Annotated[int | None, typer.Option("--founded-min")] = None,
    founded_max: Annotated[int | None, typer.Option("--founded-max")] = None,
    fetched_since: Annotated[
        datetime | None,
        typer.Option(
            "--fetched-since", formats=["%Y-%m-%d"], metavar="DAY", help="Its newest page or profile was read then or later."
        ),
    ] = None,
    own_site: Annotated[
        bool | None, typer.Option("--own-site/--no-own-site", help="Only with pages of its own site, or only without.")
    ] = None,
) -> Filters:
    """Return the filters that options of these names ask for."""
    chosen = FiltersIn.model_construct(  # Typer has read each; what no startup has, the search refuses
        country=tuple(country or ()),
        source=tuple(source or ()),
        tag=tuple(tag or ()),
        trl_min=trl_min,
        trl_max=trl_max,
        founded_min=founded_min,
        founded_max=founded_max,
        region=tuple(region or ()),
        language=tuple(language or ()),
        class_=tuple(technology or ()),
        fetched_since=fetched_since.date() if fetched_since else None,
        own_site=own_site,
    )
    return chosen.to_filters()


def filtered(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, in place of its `filters`, the options of `chosen_filters`, all but those named in `without`."""

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        options = {name: one for name, one in signature(chosen_filters).parameters.items() if name not in without}

        @wraps(command)
        def run(**given: Any) -> None:  # noqa: ANN401  # each as Typer read it
            chosen = {name: given.pop(name) for name in options}
            command(**given, filters=chosen_filters(**chosen))

        own = [one for name, one in signature(command).parameters.items() if name != "filters"]
        parameters = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*own, *options.values())]
        vars(run)["__signature__"] = Signature(parameters)
        return run

    return with_options
