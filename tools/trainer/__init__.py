"""The trainer: a process beside the product that trains and measures models for the studio, one job at a time.

It runs in the bot environment, at low priority and bounded in memory, and talks to the care server over its private port
alone (``care/studio/models/trainer_door.py``), so it may stand on another machine: ``python -m tools.trainer``.
"""
