"""What a model wants in front of a need and of a passage: by its own configuration, else by the family it belongs to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WEB_SEARCH = "Given a web search query, retrieve relevant passages that answer the query"
"""The task that the cards of the instructed models give for retrieval."""
REPRESENT = "Represent this sentence for searching relevant passages: "


@dataclass(frozen=True, slots=True)
class Family:
    """Models that were trained with the same prompts."""

    pattern: str
    """Of the model's name in lower case, from the start of a part of it."""
    query: str = ""
    passage: str = ""
    own_code: str = ""
    """Set where models of the family bring code of their own, which is never run: what to take instead."""


FAMILIES = (
    Family(r"e5-.*instruct", query=f"Instruct: {WEB_SEARCH}\nQuery: "),
    Family(r"e5-(small|base|large)", query="query: ", passage="passage: "),
    Family(r"snowflake-arctic-embed-[ml]-v2", query="query: "),
    Family(r"snowflake-arctic-embed-m-long", query=REPRESENT, own_code="Snowflake/snowflake-arctic-embed-m-v2.0"),
    Family(r"snowflake-arctic-embed", query=REPRESENT),
    Family(r"bge-m3"),
    Family(r"bge-(small|base|large)-en", query=REPRESENT),
    Family(r"gte-(multilingual|base-en-v1|large-en-v1)", own_code="alibaba-nlp-community/gte-multilingual-base"),
    Family(r"nomic-embed-text-v2", "search_query: ", "search_document: ", own_code="intfloat/multilingual-e5-base"),
    Family(r"nomic-embed-text", query="search_query: ", passage="search_document: "),
    Family(r"embeddinggemma", query="task: search result | query: ", passage="title: none | text: "),
    Family(r"qwen3-embedding", query=f"Instruct: {WEB_SEARCH}\nQuery:"),
    Family(r"(paraphrase|all)-(multilingual-)?(minilm|mpnet|distilroberta)"),
)
"""As the model cards have them. The first that fits counts, so the narrower stand before the wider."""


def family_of(names: Iterable[str]) -> Family | None:
    """Return the family that the first telling one of a model's `names` belongs to."""
    for name in names:
        for family in FAMILIES:
            if re.search(rf"(?:^|[^a-z0-9]){family.pattern}", name.lower()):
                return family
    return None


def choose_prompts(
    carried: Mapping[str, str],
    default: str | None,
    names: Iterable[str],
    *,
    query: str | None = None,
    passage: str | None = None,
) -> dict[str, str]:
    """Return the prompts for "query" and "passage".

    Args:
        carried: the prompts in the model's configuration, by name.
        default: the name of the one that its configuration puts before every text without another.
        names: the model's names, its own first, that tell its family.
        query: the user's own; wins over all others, also when it is empty.
        passage: likewise.
    """
    fallback = carried.get(default or "", "")
    own = {
        "query": carried.get("query") or fallback,
        "passage": next((carried[name] for name in ("document", "passage", "corpus") if carried.get(name)), fallback),
    }
    if not any(own.values()) and (family := family_of(names)) is not None:
        own = {"query": family.query, "passage": family.passage}
    return {
        "query": own["query"] if query is None else query,
        "passage": own["passage"] if passage is None else passage,
    }
