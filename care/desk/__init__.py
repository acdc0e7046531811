"""The agent desk: log-in, lists pushed live, taking over, replies, tickets."""

from care.desk.agents import DemoLogin, create_agent, demo_logins, load_demo_agents
from care.desk.presence import agents_online
from care.desk.room import Desk

__all__ = [
    "DemoLogin",
    "Desk",
    "agents_online",
    "create_agent",
    "demo_logins",
    "load_demo_agents",
]
