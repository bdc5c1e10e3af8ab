"""An internet of a test's own for the processes it starts: names and addresses are made up, servers are on loopback."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


@dataclass(frozen=True)
class Internet:
    """What the processes of a test see when their environment is `environment`."""

    folder: Path

    def lay(self, port: int, names: dict[str, list[list[str]]]) -> dict[str, str]:
        """Let names have addresses, all served at a port here; return the environment of the processes that are to see it."""
        said = {"port": port, "names": names, "notes": str(self.folder / "notes")}
        (self.folder / "notes").unlink(missing_ok=True)
        (self.folder / "internet.json").write_text(json.dumps(said))
        path = os.pathsep.join((str(HERE), str(ROOT)))
        return {"FAKE_INTERNET": str(self.folder / "internet.json"), "PYTHONPATH": path}

    def noted(self, kind: str) -> list[list[object]]:
        """Return what was `asked` (names) or `connected` (address and port), in order."""
        notes = self.folder / "notes"
        lines = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
        return [line[1:] for line in lines if line[0] == kind]
