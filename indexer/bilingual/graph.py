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
FIRST = 4
"""Layers in which the activations of [CLS] dwarf the others."""
LEAST = 0.2
"""What a token's activations are divided by at least; GELU goes down to -0.17."""
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
        for place, name in enumerate(("first", "second", "third")):
            self._constant(name, np.array([place], np.int64))
        self._constant("least", np.array(LEAST, np.float32))
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
        return self._added(states, self._fed_forward(states, at, even=number < FIRST), f"{at}.output")

    def _fed_forward(self, states: str, at: str, *, even: bool) -> str:
        """Return what the two inner products make of `states`; with `even`, each token's activations are scaled by themselves.

        A few activations of [CLS] are many times as large as all others (massive activations: Sun et al., 2024, arXiv
        2402.17762); on one scale with them little would be left of the rest.
        """
        wide, narrow = f"{at}.intermediate.dense", f"{at}.output.dense"
        into, out = (self._whole(name, self._weights[f"{name}.weight"]) for name in (wide, narrow))
        values = self._node("DynamicQuantizeMatMul", (states, *into, self._given(f"{wide}.bias")), f"{at}.wide", OWN)
        values = self._node("Gelu", (values,), f"{at}.curved")
        bias = self._given(f"{narrow}.bias")
        if not even:
            return self._node("DynamicQuantizeMatMul", (values, *out, bias), f"{at}.narrow", OWN)
        self._node("ReduceMax", (values, "third"), f"{at}.largest", keepdims=1)
        scale = self._node("Max", (f"{at}.largest", "least"), f"{at}.scale")
        values = self._node("Div", (values, scale), f"{at}.even")
        values = self._node("DynamicQuantizeMatMul", (values, *out), f"{at}.product", OWN)
        values = self._node("Mul", (values, scale), f"{at}.scaled")
        return self._node("Add", (values, bias), f"{at}.narrow")

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
