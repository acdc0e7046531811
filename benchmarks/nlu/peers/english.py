"""The product's classifier with the encoder for English beside the usual one, as ``config.yml`` may ask for it."""

from __future__ import annotations

from functools import partial

from benchmarks.nlu.peers import ours
from bot.nlu.sentence_vectors import ENGLISH, UNIVERSAL

fit = partial(ours.fit, encoders=(UNIVERSAL, ENGLISH))
