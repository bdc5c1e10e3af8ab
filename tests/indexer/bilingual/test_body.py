"""One contract for every body, held against sentence-transformers; the fast one starts without torch."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from indexer.bilingual import body as room
from indexer.bilingual.body import Body, OnnxBody, Rows, TorchBody, _processors
from indexer.bilingual.graph import int8_graph
from indexer.bilingual.quantise import TEXTS, samples
from indexer.encoder import Vectors, packaged_model
from indexer.errors import ModelError
from indexer.sentence_models import SentenceTransformerEncoder

WIDTH = 384
NO_TORCH = """
import sys
from pathlib import Path
import numpy as np
from indexer.bilingual.body import OnnxBody
made = OnnxBody(Path(sys.argv[1])).vectors([np.ones((3, 384), np.float32)] * 2)
print(made.shape, sorted({"torch", "transformers", "onnx"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("modello à") / "body.onnx"
    path.write_bytes(int8_graph(packaged_model()))
    return path


@pytest.fixture(scope="module")
def bodies(file: Path) -> dict[str, Body]:
    made: tuple[Body, ...] = (TorchBody(packaged_model()), OnnxBody(file))
    return {one.name: one for one in made}


@pytest.fixture(scope="module", params=["torch-fp32", "onnx-int8"])
def body(bodies: dict[str, Body], request: pytest.FixtureRequest) -> Body:
    return bodies[request.param]


@pytest.fixture(scope="module")
def rows() -> list[Rows]:
    """Sixty short texts."""
    return samples(packaged_model())


def long_text(rows: list[Rows], tokens: int) -> Rows:
    return np.concatenate(rows)[:tokens]


def test_torch_gives_what_sentence_transformers_gives(bodies: dict[str, Body], rows: list[Rows]) -> None:
    made = bodies["torch-fp32"].vectors(rows[: len(TEXTS)])
    np.testing.assert_allclose(made, SentenceTransformerEncoder().encode_passages(TEXTS), atol=1e-5)


def test_int8_stays_near_fp32(bodies: dict[str, Body], rows: list[Rows]) -> None:
    several = [*rows, long_text(rows, 100), long_text(rows, 512)]
    cosines = (bodies["torch-fp32"].vectors(several) * bodies["onnx-int8"].vectors(several)).sum(axis=1)
    assert cosines.mean() > 0.995
    assert cosines.min() > 0.98


def test_vectors_are_of_length_one_and_in_the_order_of_the_texts(body: Body, rows: list[Rows]) -> None:
    made = body.vectors(rows)
    assert made.shape == (len(rows), WIDTH)
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(body.vectors(rows[::-1]), made[::-1], atol=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it(body: Body, rows: list[Rows]) -> None:
    several = [*rows[:12], long_text(rows, 300)]
    together = body.vectors(several)
    np.testing.assert_allclose(np.concatenate([body.vectors([one]) for one in several]), together, atol=1e-5)


def test_int8_gives_the_same_bits_alone_and_in_company(bodies: dict[str, Body], rows: list[Rows]) -> None:
    int8 = bodies["onnx-int8"]
    np.testing.assert_array_equal(np.concatenate([int8.vectors([one]) for one in rows]), int8.vectors(rows))


def test_the_order_of_tokens_counts(body: Body, rows: list[Rows]) -> None:
    assert not np.allclose(body.vectors([rows[0]]), body.vectors([rows[0][::-1]]), atol=1e-3)


def test_no_texts_give_no_vectors(body: Body) -> None:
    assert body.vectors([]).shape == (0, WIDTH)


def test_rows_may_be_views_and_of_other_number_formats(body: Body, rows: list[Rows]) -> None:
    wide = np.asfortranarray(np.repeat(rows[0], 2, axis=0).astype(np.float64))
    made = body.vectors([wide[::2]])  # type: ignore[list-item]  # wrong on purpose: float64
    np.testing.assert_allclose(made, body.vectors([rows[0]]), atol=1e-5)


def test_threads_share_a_body(body: Body, rows: list[Rows]) -> None:
    few = rows[:8]
    expected = body.vectors(few)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(body.vectors, [few] * 24):
            np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("threads", [1, 3, 500])
def test_any_number_of_threads_gives_the_same_vectors(file: Path, rows: list[Rows], threads: int) -> None:
    np.testing.assert_array_equal(OnnxBody(file, threads).vectors(rows[:9]), OnnxBody(file).vectors(rows[:9]))


@pytest.mark.parametrize("threads", [1, 2, 500])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_readings_have_the_vectors_of_their_texts(file: Path, rows: list[Rows], count: int, threads: int) -> None:
    int8 = OnnxBody(file, threads)
    np.testing.assert_array_equal(int8.readings(iter(rows[:count])), int8.vectors(rows[:count]))


def test_the_products_of_a_text_alone_are_shared_by_another_thread(file: Path, rows: list[Rows]) -> None:
    int8 = OnnxBody(file, 2)
    own, everybodys = time.thread_time(), time.process_time()
    for _ in range(20):
        int8.vectors(rows[:1])
    own, everybodys = time.thread_time() - own, time.process_time() - everybodys
    assert everybodys - own > own / 4


def test_torch_reads_a_few_texts_too(bodies: dict[str, Body], rows: list[Rows]) -> None:
    torch = bodies["torch-fp32"]
    np.testing.assert_array_equal(torch.readings(iter(rows[:2])), torch.vectors(rows[:2]))


def test_the_first_reading_is_encoded_while_the_second_is_being_made(
    file: Path, rows: list[Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, put = threading.Event(), room._put

    def notice(vectors: Sequence[Vectors], told: tuple[SimpleQueue[tuple[Sequence[Vectors], str]], object], fault: str) -> None:
        put(vectors, told, fault)
        ended.set()

    def made() -> Iterator[Rows]:
        yield rows[0]
        assert ended.wait(30)
        yield rows[1]

    monkeypatch.setattr(room, "_put", notice)
    assert OnnxBody(file, 2).readings(made()).shape == (2, WIDTH)


def test_threads_share_a_body_for_their_readings(file: Path, rows: list[Rows]) -> None:
    int8 = OnnxBody(file, 2)
    expected = int8.vectors(rows[:2])
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: int8.readings(iter(rows[:2])), range(48)):
            np.testing.assert_array_equal(found, expected)


def test_a_reading_that_fails_is_an_error_and_leaves_the_body_as_it_was(file: Path, rows: list[Rows]) -> None:
    int8 = OnnxBody(file, 2)

    def torn() -> Iterator[Rows]:
        yield rows[0]
        raise LookupError

    with pytest.raises(LookupError):
        int8.readings(torn())
    with pytest.raises(ModelError, match="the fast encoder failed"):
        int8.readings(iter([rows[0][:, :7], rows[1]]))
    np.testing.assert_array_equal(int8.readings(iter(rows[:2])), int8.vectors(rows[:2]))


def test_threads_rest_after_a_run(file: Path, rows: list[Rows]) -> None:
    int8 = OnnxBody(file, 2)
    int8.readings(iter(rows[:2]))
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.25


def test_processors_are_counted_where_they_cannot_be_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _processors() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert _processors() == os.cpu_count()


def test_the_fast_body_starts_without_torch(file: Path, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_TORCH, str(file)], cwd=root, check=True, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("(2, 384) []", "")


def test_a_body_that_cannot_be_loaded_is_an_error_of_ours(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no graph")
    for path in (broken, tmp_path / "missing.onnx"):
        with pytest.raises(ModelError, match=path.name) as raised:
            OnnxBody(path)
        assert "\n" not in str(raised.value)
    with pytest.raises(ModelError, match="cannot load the transformer"):
        TorchBody(tmp_path)
