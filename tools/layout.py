"""Where things stand in the tree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Mapping, Optional

ROOT = Path(__file__).resolve().parent.parent


class Layout:
    """One checkout: ``root`` is the repository, ``var`` holds what is made at run time."""

    def __init__(self, root: Path, var: Path) -> None:
        self.root = root
        self.var = var
        self.environments = root / ".venv"
        self.requirements = root / "requirements"
        self.web = root / "web"
        self.secrets = var / "secrets"
        self.run = var / "run"
        self.log = var / "log"
        self.models = var / "models"
        self.cache = var / "cache"

    @classmethod
    def from_environment(cls, environ: Optional[Mapping[str, str]] = None) -> Layout:
        """The checkout this file is in, with the folders that ``CARE_…_DIR`` variables name."""
        environ = os.environ if environ is None else environ
        var = Path(environ.get("CARE_VAR_DIR") or ROOT / "var")
        layout = cls(ROOT, (ROOT / var.expanduser()).resolve())
        if environ.get("CARE_MODELS_DIR"):
            layout.models = (ROOT / Path(environ["CARE_MODELS_DIR"]).expanduser()).resolve()
        if environ.get("CARE_SECRETS_DIR"):
            layout.secrets = (ROOT / Path(environ["CARE_SECRETS_DIR"]).expanduser()).resolve()
        return layout

    def python(self, environment: str) -> Path:
        """The interpreter of one of our environments, ``bot`` or ``care``."""
        return self.environments / environment / "bin" / "python"
