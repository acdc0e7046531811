"""Rasa's custom actions, one file per topic: slots in, one service of ``care`` called, utterances and events out."""
