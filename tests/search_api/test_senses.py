"""The senses of a need's words on the wire: said by every answer, chosen in every request, refused where there is none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from crawler.home import Home
from tests.search_api.conftest import Run

NEED = "sensori per lo stampo"
DIE = "stampo=stamping die"


def post(client: TestClient, **fields: object) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/api/search", json={"need": NEED, **fields}).json()
    return answer | {"took_ms": 0}


def test_an_answer_says_which_sense_was_taken_and_offers_the_others(client: TestClient) -> None:
    (said,) = post(client)["senses"]
    assert said == {
        "text": "stampo",
        "start": 15,
        "end": 21,
        "taken": {
            "english": "mould",
            "meaning_it": "attrezzo per pressofusione o iniezione",
            "meaning_en": said["taken"]["meaning_en"],
            "choice": "stampo=mould",
        },
        "others": [said["others"][0]],
        "chosen": False,
    }
    assert said["taken"]["meaning_en"]
    assert said["others"][0]["choice"] == DIE


def test_what_an_answer_offers_can_be_sent_back_by_every_road(client: TestClient) -> None:
    answer = post(client, senses=[DIE])
    (said,) = answer["senses"]
    assert (said["taken"]["choice"], said["others"][0]["choice"], said["chosen"]) == (DIE, "stampo=mould", True)
    linked = client.get("/api/search", params={"need": NEED, "senses": [DIE]}).json()
    (batched,) = client.post("/api/search/batch", json={"needs": [{"need": NEED, "senses": [DIE]}]}).json()["answers"]
    assert linked | {"took_ms": 0} == batched | {"took_ms": 0} == answer


@pytest.mark.parametrize("choice", ["stampo", "stampo=jet", "getto=jet", "="])
def test_a_choice_that_cannot_be_is_a_problem(client: TestClient, assert_problem: Callable[..., str], choice: str) -> None:
    refused = client.post("/api/search", json={"need": NEED, "senses": [choice]})
    assert_problem(refused, 422, "bad-sense")
    assert_problem(client.get("/api/search", params={"need": NEED, "senses": choice}), 422, "bad-sense")
    answers = client.post("/api/search/batch", json={"needs": [{"need": NEED, "senses": [choice]}, {"need": NEED}]}).json()[
        "answers"
    ]
    assert answers[0] == refused.json()
    assert answers[1]["senses"]


@pytest.mark.parametrize("senses", ["stampo=mould", [""], [7], ["x" * 201], ["stampo=mould"] * 51])
def test_what_is_no_list_of_choices_is_refused(client: TestClient, assert_problem: Callable[..., str], senses: object) -> None:
    assert_problem(client.post("/api/search", json={"need": NEED, "senses": senses}), 422, "bad-request")


def test_the_next_page_has_the_same_senses(client: TestClient, assert_problem: Callable[..., str]) -> None:
    token = post(client, senses=[DIE], limit=2)["next"]
    assert post(client, senses=[DIE], limit=2, page=token)["matches"][0]["rank"] == 3
    assert_problem(client.post("/api/search", json={"need": NEED, "limit": 2, "page": token}), 422, "bad-page")


def test_the_command_line_tells_and_takes_senses(
    demo_home: Home, encoder: object, scout_here: Callable[[Home, object], Run]
) -> None:
    run = scout_here(demo_home, encoder)
    code, said, _ = run("search", NEED)
    assert code == 0
    assert said.startswith("“stampo” read as ")
    taken = said.split(" read as ")[1].split(",")[0]
    code, said, _ = run("search", NEED, "--sense", DIE)
    assert said.splitlines()[0] == '“stampo” read as stamping die, not as mould (--sense "stampo=mould" switches)'
    assert taken in ("mould", "stamping die")
    (one,) = json.loads(run("search", NEED, "--sense", DIE, "--json")[1])["senses"]
    assert one["chosen"]
    code, _, complaint = run("search", NEED, "--sense", "stampo=jet")
    assert code == 2
    assert "choose 'mould' or 'stamping die'" in complaint
