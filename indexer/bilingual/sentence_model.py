"""The bilingual encoder as a sentence-transformers model: for notebooks, and for whoever trains on."""

from collections.abc import Sequence
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule, Normalize
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertModel

from indexer.bilingual.encoder import BilingualEncoder
from indexer.encoder import packaged_model


class BilingualTransformer(InputModule):
    """Reads texts as `BilingualEncoder` does passages, each in its own language, and runs the base model over the rows."""

    def __init__(self, encoder: BilingualEncoder) -> None:
        """Take the reading from `encoder` and the layers from the base model, in fp32."""
        super().__init__()  # type: ignore[no-untyped-call]  # torch's base
        self._encoder = encoder
        self.model = BertModel.from_pretrained(packaged_model(), local_files_only=True)

    def preprocess(  # type: ignore[override]  # texts only
        self,
        inputs: Sequence[str],
        prompt: str | None = None,
        **_: Any,  # noqa: ANN401  # whatever the library passes on
    ) -> dict[str, torch.Tensor]:
        """Return `rows`, shape (texts, tokens, width), and their `attention_mask`, shape (texts, tokens)."""
        rows = [torch.from_numpy(self._encoder.rows((prompt or "") + text)) for text in inputs]
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        lengths = torch.tensor([len(one) for one in rows])
        mask = (torch.arange(padded.shape[1])[None] < lengths[:, None]).long()
        return {"rows": padded, "attention_mask": mask}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add `token_embeddings`, shape (texts, tokens, width)."""
        states = self.model(inputs_embeds=features["rows"], attention_mask=features["attention_mask"]).last_hidden_state
        return features | {"token_embeddings": states}

    def save(self, output_path: str, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Refuse: base model and artefact are packages, what is theirs is loaded from there."""
        raise NotImplementedError(f"the bilingual model is not written to {output_path}: load it with `sentence_transformer`")


def sentence_transformer(encoder: BilingualEncoder) -> SentenceTransformer:
    """Return the model whose `encode` gives what `encoder` gives for passages, in fp32; needs are read word by word."""
    pooling = Pooling(encoder.dimension, pooling_mode="mean")
    return SentenceTransformer(modules=[BilingualTransformer(encoder), pooling, Normalize()], device="cpu")
