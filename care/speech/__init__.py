"""Our own recogniser for voice messages that come without a transcript: an optional extra, in a process of its own.

``amr`` looks at what came, ``process`` runs ``worker`` in the environment ``.venv/speech`` and bounds it.
"""

from care.speech.process import SpeechProcess, installed
from care.speech.protocol import NotHeard, Recogniser

__all__ = ["NotHeard", "Recogniser", "SpeechProcess", "installed"]
