"""How a need is read: of a letter what it asks for, and misspelt words as they are meant."""

from indexer.crossing import Crossing
from indexer.encoder import Encoder
from indexer.messages import Messages
from indexer.readings import Wording
from indexer.routing import need_language
from indexer.snapshot import Snapshot
from indexer.spelling import Speller


class WordingReader:
    """Reads needs by one snapshot. Immutable; safe to use from several threads."""

    def __init__(self, encoder: Encoder, snapshot: Snapshot, crossing: Crossing) -> None:
        """Join the encoder, what may answer, and what is known of words."""
        self._crossing = crossing
        self._messages = Messages(encoder, snapshot.dense, crossing.phrases)
        self._speller = Speller(crossing, snapshot.lexical_startups)

    def read(self, text: str) -> Wording:
        """Return what a need is read as."""
        asked = self._messages.asked(text, need_language(text, self._crossing.known))
        meant, respelt = self._speller.read(asked, need_language(asked, self._crossing.known))
        return Wording(meant, respelt, shortened=asked != text)
