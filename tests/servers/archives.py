"""A model of ours made worse on purpose: the archive of a good one, with another threshold of the fallback."""

import gzip
import io
import json
import tarfile
from pathlib import Path

FALLBACK = "FallbackClassifier"


def with_threshold(archive: Path, target: Path, threshold: float) -> Path:
    """Write ``archive`` as ``target``: what it is less sure of than ``threshold`` (0 to 1), it does not understand.

    Rasa takes a component's configuration from the archive, so nothing is trained.
    """
    with (
        tarfile.open(archive, "r:gz") as given,
        gzip.open(target, "wb", compresslevel=1) as stream,
        tarfile.open(fileobj=stream, mode="w") as made,
    ):
        for member in given:
            part = given.extractfile(member) if member.isfile() else None
            if part is not None and member.name.removeprefix("./") == "metadata.json":
                content = _changed(part.read(), threshold)
                member.size = len(content)
                part = io.BytesIO(content)
            made.addfile(member, part)
    return target


def _changed(metadata: bytes, threshold: float) -> bytes:
    content = json.loads(metadata)
    changed = 0
    for schema in ("train_schema", "predict_schema"):
        for node in content[schema]["nodes"].values():
            if node["uses"].endswith(f".{FALLBACK}"):
                node["config"]["threshold"] = threshold
                changed += 1
    assert changed, "the model has no fallback"
    return json.dumps(content).encode()
