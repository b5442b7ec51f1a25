"""Where things are in a clone."""

from __future__ import annotations

import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOCAL = REPOSITORY / ".local"
STACK_JSON = LOCAL / "stack.json"
STACK_PYTHON = REPOSITORY / ".stack-venv/bin/python"
SAM = REPOSITORY / ".venv/bin/sam"


def new_run_folder() -> Path:
    """Make a folder that nothing else uses, for all that one run leaves."""
    runs = LOCAL / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=runs))
