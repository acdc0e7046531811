"""The studio: trainers see what was misunderstood, teach it, and publish what they taught."""

from care.studio.data.aside import InProcess
from care.studio.data.place import faq_folder
from care.studio.gate import StudioGate
from care.studio.inbox.feeder import InboxFeeder
from care.studio.room import Studio

__all__ = ["InProcess", "InboxFeeder", "Studio", "StudioGate", "faq_folder"]
