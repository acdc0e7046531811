"""The demo operator's data: files in `data/demo/`, six months of life from a seed, loaded once."""

from care.bss.embedded.demo.load import SEED, demo_rows, load_demo
from care.bss.embedded.demo.specs import DEMO_FOLDER, read_demo

__all__ = ["DEMO_FOLDER", "SEED", "demo_rows", "load_demo", "read_demo"]
