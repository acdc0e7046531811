"""All tables together: importing this module makes ``metadata`` complete."""

import importlib

from sqlalchemy import MetaData

from care.db import Base

MODULES = (
    "care.bss.embedded.money_tables",
    "care.bss.embedded.tables",
    "care.conversations.tables",
    "care.customers.contacts",
    "care.customers.sms",
    "care.customers.verification",
    "care.db.counters",
    "care.db.jobs",
    "care.desk.tables",
    "care.orders.tables",
    "care.tickets.tables",
)
"""Every module that defines a table."""

for _name in MODULES:
    importlib.import_module(_name)

metadata: MetaData = Base.metadata
