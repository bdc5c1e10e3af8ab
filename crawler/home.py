"""Where state lives: the paths under SCOUT_HOME."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds corpus, archive and snapshots, and the paths in it."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the folder that SCOUT_HOME names, else the platform's user data folder."""
        named = os.environ.get("SCOUT_HOME", "").strip()
        return cls(Path(named).expanduser() if named else platformdirs.user_data_path("startup-scout", appauthor=False))

    @property
    def corpus(self) -> Path:
        """The SQLite corpus."""
        return self.root / "corpus.sqlite"

    @property
    def archive(self) -> Path:
        """The folder of WARC files: every response as it came."""
        return self.root / "archive"

    @property
    def snapshots(self) -> Path:
        """The folder of snapshots, one folder each."""
        return self.root / "snapshots"

    @property
    def current(self) -> Path:
        """The pointer to the snapshot in use."""
        return self.root / "current"

    @property
    def models(self) -> Path:
        """The folder of what the first start prepares of the encoder."""
        return self.root / "models"

    @property
    def demo(self) -> "Home":
        """The home of the demo, apart from the real corpus."""
        return Home(self.root / "demo")
