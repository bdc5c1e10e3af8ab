"""Each family gets the prompts of its model cards, a model's own configuration comes first, and the user's word before all."""

import pytest

from indexer.prompts import choose_prompts, family_of

NONE = {"query": "", "passage": ""}
E5 = {"query": "query: ", "passage": "passage: "}
NOMIC = {"query": "search_query: ", "passage": "search_document: "}
REPRESENT = {"query": "Represent this sentence for searching relevant passages: ", "passage": ""}
WEB = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
GEMMA = {"query": "task: search result | query: ", "passage": "title: none | text: "}


@pytest.mark.parametrize(
    ("name", "prompts"),
    [
        ("intfloat/multilingual-e5-small", E5),
        ("intfloat/multilingual-e5-base", E5),
        ("intfloat/e5-large-v2", E5),
        ("someone/sentence-transformers-multilingual-e5-small", E5),
        ("Multilingual-E5-small", E5),
        ("intfloat/multilingual-e5-large-instruct", {"query": WEB + " ", "passage": ""}),
        ("intfloat/e5-mistral-7b-instruct", {"query": WEB + " ", "passage": ""}),
        ("Snowflake/snowflake-arctic-embed-m-v2.0", {"query": "query: ", "passage": ""}),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", {"query": "query: ", "passage": ""}),
        ("Snowflake/snowflake-arctic-embed-m-v1.5", REPRESENT),
        ("Snowflake/snowflake-arctic-embed-s", REPRESENT),
        ("BAAI/bge-m3", NONE),
        ("BAAI/bge-small-en-v1.5", REPRESENT),
        ("BAAI/bge-large-en", REPRESENT),
        ("Alibaba-NLP/gte-multilingual-base", NONE),
        ("nomic-ai/nomic-embed-text-v1.5", NOMIC),
        ("nomic-ai/nomic-embed-text-v2-moe", NOMIC),
        ("google/embeddinggemma-300m", GEMMA),
        ("Qwen/Qwen3-Embedding-0.6B", {"query": WEB, "passage": ""}),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", NONE),
        ("all-MiniLM-L6-v2", NONE),
        ("the5-small", NONE),
        ("our-own-model", NONE),
        ("", NONE),
    ],
)
def test_a_model_without_prompts_of_its_own_gets_those_of_its_family(name: str, prompts: dict[str, str]) -> None:
    assert choose_prompts({}, None, [name]) == prompts
    assert choose_prompts({"STS": "other: "}, None, ["our-own-model", name]) == prompts


def test_the_first_name_that_tells_a_family_counts() -> None:
    assert choose_prompts({}, None, ["BAAI/bge-m3", "intfloat/multilingual-e5-small"]) == NONE
    assert choose_prompts({}, None, ["mine", "intfloat/multilingual-e5-small", "BAAI/bge-small-en"]) == E5


@pytest.mark.parametrize("word", ["document", "passage", "corpus"])
def test_the_prompts_of_the_configuration_come_before_the_family(word: str) -> None:
    carried = {"query": "ask: ", word: "told: ", "STS": "same: "}
    assert choose_prompts(carried, None, ["intfloat/multilingual-e5-small"]) == {"query": "ask: ", "passage": "told: "}
    assert choose_prompts({word: "told: "}, None, ["multilingual-e5-small"]) == {"query": "", "passage": "told: "}


def test_a_default_prompt_stands_where_there_is_no_other() -> None:
    assert choose_prompts({"all": "text: ", "query": "q: "}, "all", []) == {"query": "q: ", "passage": "text: "}
    assert choose_prompts({"all": "text: "}, "all", ["bge-m3"]) == {"query": "text: ", "passage": "text: "}
    assert choose_prompts({}, "gone", []) == NONE


def test_the_users_prompts_win_also_when_they_are_empty() -> None:
    names = ["intfloat/multilingual-e5-small"]
    assert choose_prompts({}, None, names, query="cerca: ") == {"query": "cerca: ", "passage": "passage: "}
    assert choose_prompts({"query": "q: "}, None, names, query="", passage="") == NONE


def test_models_with_code_of_their_own_name_one_to_take_instead() -> None:
    for name in ("Alibaba-NLP/gte-multilingual-base", "nomic-ai/nomic-embed-text-v2-moe"):
        family = family_of([name])
        assert family is not None
        assert "/" in family.own_code
        instead = family_of([family.own_code])
        assert instead is not None
