"""A checkout made of this one and of the data at a commit: what is trained there touches nothing here."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Iterator

from tools.layout import Layout
from tools.trainer.telling import JobProblem

_SHARED = ("config.yml", "domain.yml", "domain", "bot", "requirements", "endpoints.yml")
"""From this checkout; a domain that comes with the data goes before its own."""
_MOST = 512 * 1024 * 1024


@contextlib.contextmanager
def scratch(layout: Layout, data: bytes) -> Iterator[Layout]:
    """The layout of the scratch checkout with ``data``, a tar of ``data/`` and of the domain; gone on leaving.

    Its environments, models and cache are those of ``layout``. Raises `JobProblem` (``bad_data``).
    """
    layout.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="training-", dir=str(layout.cache)) as folder:
        root = Path(folder)
        unpack(data, root)
        with_domain = (root / "domain.yml").exists() or (root / "domain").exists()
        for name in _SHARED:
            if with_domain and name.startswith("domain"):
                continue
            if (layout.root / name).exists():
                (root / name).symlink_to(layout.root / name)
        made = Layout(root, layout.var)
        made.environments, made.models, made.cache = (
            layout.environments,
            layout.models,
            layout.cache,
        )
        yield made


def unpack(data: bytes, target: Path) -> None:
    """Write the files of a tar below ``target``; nothing else than files, and nothing outside of it."""
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if not member.isreg():
                    continue
                total += member.size
                if path.is_absolute() or ".." in path.parts or total > _MOST:
                    raise JobProblem("bad_data", name=member.name[:80])
                file = target / path
                file.parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(member)
                assert source is not None
                with source, file.open("wb") as stream:
                    shutil.copyfileobj(source, stream)
    except (tarfile.TarError, OSError) as error:
        raise JobProblem("bad_data", text=type(error).__name__) from error
    if not os.path.isdir(target / "data" / "nlu"):
        raise JobProblem("bad_data", name="data/nlu")
