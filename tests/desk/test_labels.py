"""The desk and the studio have a name for every intent of the domain."""

import re

from care.datafiles import read_yaml
from tools.layout import ROOT


def test_every_intent_has_a_name() -> None:
    source = (ROOT / "web" / "desk" / "src" / "labels" / "intents.ts").read_text(encoding="utf-8")
    named = set(re.findall(r"^  (\w+): \['", source.split("\n}\n")[0], re.MULTILINE))
    assert set(read_yaml(ROOT / "domain.yml")["intents"]) <= named
