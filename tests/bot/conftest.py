"""Rasa's environment under pytest."""

import contextlib
import importlib
import os
import warnings

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.filterwarnings("ignore", category=DeprecationWarning)

# spaCy's thinc asks pytest-randomly to seed it, but hands numpy seeds beyond 32 bits, which numpy refuses.
# pytest-randomly seeds numpy itself, within the bounds.
with contextlib.suppress(ModuleNotFoundError):
    importlib.import_module("pytest_randomly").entrypoint_reseeds = []

with contextlib.suppress(ModuleNotFoundError):
    settings = importlib.import_module("hypothesis").settings
    settings.register_profile("bot", deadline=None)  # a busy machine is no failure
    settings.load_profile("bot")
