"""A BERT model's layers as an ONNX graph in int8: input rows to unit vectors."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper, numpy_helper

from indexer.errors import ModelError

LEVELS = 64
"""Weights become whole numbers of at most this size: 7 bits, so that the 16-bit sums of processors without VNNI hold two
products with a byte (2 x 255 x 64), and every processor gives the same vectors."""
FIRST = 3
"""Layers whose [CLS] is computed apart; in the later ones it brings nothing more."""
OPSET = 23
IR_VERSION = 11
OWN = "com.microsoft"
"""Where ONNX Runtime keeps its fused operations."""

Weights = Mapping[str, npt.NDArray[np.float32]]


def int8_graph(base: Path) -> bytes:
    """Return the ONNX graph of the BERT model in the folder `base`, the same bytes each time.

    Input "rows", float32 (texts, tokens, width): texts of one length, two tokens or more, without padding. Output "vectors",
    float32 (texts, width): means over the tokens, of length one. Every product with weights is in int8: the weights scaled
    per column, the other side per call.

    Raises:
        ModelError: it is no BERT with the usual activation.
    """
    from safetensors.numpy import load_file  # noqa: PLC0415  # needed once per machine

    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
        raise ModelError(f"{base} is no BERT with GELU: only such models have a fast road")
    weights = {name: np.asarray(tensor, np.float32) for name, tensor in load_file(base / "model.safetensors").items()}
    return _Graph(weights, config).to_bytes()


class _Graph:
    def __init__(self, weights: Weights, config: Mapping[str, Any]) -> None:
        self._weights, self._config = weights, config
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        states = self._embeddings()
        for number in range(config["num_hidden_layers"]):
            states = self._layer(states, number)
        self._node("ReduceSum", (states, "second"), "sums", keepdims=0)
        self._node("LpNormalization", ("sums",), "vectors", axis=1, p=2)

    def to_bytes(self) -> bytes:
        width = self._config["hidden_size"]
        rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["texts", "tokens", width])
        vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])
        graph = helper.make_graph(self._nodes, "body", [rows], [vectors], list(self._constants.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(OWN, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        return bytes(model.SerializeToString(deterministic=True))

    def _embeddings(self) -> str:
        table = (
            self._weights["embeddings.position_embeddings.weight"] + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        for name, place in (("first", 0), ("second", 1), ("last", np.iinfo(np.int64).max)):
            self._constant(name, np.array([place], np.int64))
        self._node("Shape", ("rows",), "tokens", start=1, end=2)
        self._node("Slice", (self._constant("positions", table), "first", "tokens", "first"), "places")
        self._node("Add", ("rows", "places"), "placed")
        norm = self._pair("embeddings.LayerNorm")
        return self._node("LayerNormalization", ("placed", *norm), "embedded", epsilon=self._config["layer_norm_eps"])

    def _layer(self, states: str, number: int) -> str:
        at = f"encoder.layer.{number}"
        three = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._weights[f"{part}.weight"] for part in three])
        bias = self._constant(f"{at}.joined.bias", np.concatenate([self._weights[f"{part}.bias"] for part in three]))
        joined = self._node("DynamicQuantizeMatMul", (states, *self._whole(f"{at}.joined", weight), bias), f"{at}.joined", OWN)
        self._nodes.append(helper.make_node("Split", [joined], three, axis=2, num_outputs=3))
        heads = self._config["num_attention_heads"]
        mixed = self._node("Attention", three, f"{at}.mixed", q_num_heads=heads, kv_num_heads=heads)
        name = f"{at}.attention.output.dense"
        dense = self._whole(name, self._weights[f"{name}.weight"])
        mixed = self._node("DynamicQuantizeMatMul", (mixed, *dense, self._given(f"{name}.bias")), name, OWN)
        states = self._added(states, mixed, f"{at}.attention.output")
        fed = self._fed_forward_apart(states, at) if number < FIRST else self._fed_forward(states, at, at)
        return self._added(states, fed, f"{at}.output")

    def _fed_forward_apart(self, states: str, at: str) -> str:
        """Return what the two inner products make of `states`, of [CLS] and of the other tokens apart.

        A few numbers of [CLS] are many times as large as all others (massive activations: Sun et al., 2024, arXiv 2402.17762);
        on one scale with them little would be left of the rest. Apart, the vectors lose half as much.
        """
        done = []
        for part, bounds in (("special", ("first", "second")), ("others", ("second", "last"))):
            values = self._node("Slice", (states, *bounds, "second"), f"{at}.{part}")
            done.append(self._fed_forward(values, at, values))
        return self._node("Concat", done, f"{at}.together", axis=1)

    def _fed_forward(self, states: str, at: str, name: str) -> str:
        wide, narrow = f"{at}.intermediate.dense", f"{at}.output.dense"
        into, out = (self._whole(name, self._weights[f"{name}.weight"]) for name in (wide, narrow))
        values = self._node("DynamicQuantizeMatMul", (states, *into, self._given(f"{wide}.bias")), f"{name}.wide", OWN)
        values = self._node("Gelu", (values,), f"{name}.curved")
        return self._node("DynamicQuantizeMatMul", (values, *out, self._given(f"{narrow}.bias")), f"{name}.narrow", OWN)

    def _added(self, states: str, values: str, at: str) -> str:
        """Return the normalised sum of `states` and `values`; ONNX Runtime's fused node for both takes twice as long."""
        total = self._node("Add", (states, values), f"{at}.sum")
        norm = self._pair(f"{at}.LayerNorm")
        return self._node("LayerNormalization", (total, *norm), at, epsilon=self._config["layer_norm_eps"])

    def _whole(self, name: str, weight: npt.NDArray[np.float32]) -> tuple[str, str, str]:
        """Return the transposed `weight` in whole numbers, its scales and its zero points."""
        scales = np.maximum(np.abs(weight).max(axis=1) / LEVELS, np.finfo(np.float32).tiny).astype(np.float32)
        whole = np.clip(np.rint(weight.T / scales), -LEVELS, LEVELS).astype(np.int8)
        return (
            self._constant(f"{name}.whole", whole),
            self._constant(f"{name}.scales", scales),
            self._constant(f"{name}.zeros", np.zeros(len(scales), np.int8)),
        )

    def _pair(self, name: str) -> tuple[str, str]:
        return self._given(f"{name}.weight"), self._given(f"{name}.bias")

    def _given(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, array: npt.NDArray[Any]) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def _node(self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401  # numbers
        self._nodes.append(helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output
