"""The studio: trainers see what was misunderstood, teach it, and publish what they taught."""

from care.studio.gate import StudioGate
from care.studio.inbox.feeder import InboxFeeder
from care.studio.room import Studio, faq_folder

__all__ = ["InboxFeeder", "Studio", "StudioGate", "faq_folder"]
