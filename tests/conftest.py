"""What every test may ask for."""

import os
import tempfile
from pathlib import Path

# Commands that tests start keep what was compiled, also where the environment says not to: it halves their time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir()) / f"heed-bytecode-{os.getuid()}"))

pytest_plugins = ["tests.services.fixtures"]
