"""The index's errors."""

from crawler.errors import ScoutError


class NoSnapshotError(ScoutError):
    """There is no index to search yet."""

    code = "no-snapshot"
    status = 503


class SnapshotDamagedError(ScoutError):
    """The snapshot on disk is not what was written."""

    code = "snapshot-damaged"
    status = 503


class SnapshotBusyError(ScoutError):
    """Another process is writing a snapshot."""

    code = "index-busy"
    status = 503


class IndexWriteError(ScoutError):
    """The snapshot cannot be written: no room, no permission."""

    code = "index-not-written"
    status = 503


class WrongModelError(ScoutError):
    """The snapshot was made with another model than the one in use."""

    code = "wrong-model"
    status = 503


class ModelError(ScoutError):
    """The sentence-transformers model cannot be loaded."""

    code = "model-unavailable"
    status = 503


class RerankerChangedError(ScoutError):
    """Pages of a list that another reranker put in order than the one in use."""

    code = "reranker-changed"
    status = 409


class NeedError(ScoutError):
    """A need that cannot be answered as it stands."""

    code = "bad-need"
    status = 422


class FilterError(ScoutError):
    """A filter with a value that no startup of the snapshot has, or a range that is empty."""

    code = "bad-filter"
    status = 422


class SenseError(ScoutError):
    """A choice of a sense that the need does not offer, or that cannot be read."""

    code = "bad-sense"
    status = 422


class UnknownStartupError(ScoutError):
    """A startup id that the snapshot does not hold."""

    code = "unknown-startup"
    status = 404


class NothingToIndexError(ScoutError):
    """The corpus has no text."""

    code = "empty-corpus"
    status = 422


class EvaluationError(ScoutError):
    """Topics or judgements that cannot be read."""

    code = "bad-evaluation"
    status = 422


class GlossaryError(ScoutError):
    """A glossary file that cannot be read."""

    code = "bad-glossary"
    status = 503


class ArtefactError(ScoutError):
    """Parallel data, or the Italian words made from it, that cannot be read or do not fit the base model."""

    code = "bad-artefact"
    status = 503
