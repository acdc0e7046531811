"""All tables together: importing this module makes ``metadata`` complete."""

import importlib

from sqlalchemy import MetaData

from care.db import Base

MODULES = (
    "care.appointments.tables",
    "care.bss.embedded.line_tables",
    "care.bss.embedded.money_tables",
    "care.bss.embedded.tables",
    "care.bss.embedded.contract_tables",
    "care.channels.wechat.tables",
    "care.channels.wecom.tables",
    "care.contracts.tables",
    "care.conversations.handoff_codes",
    "care.conversations.attachments",
    "care.conversations.outbox_tables",
    "care.conversations.tables",
    "care.customers.contacts",
    "care.customers.privacy",
    "care.customers.sms",
    "care.customers.verification",
    "care.db.counters",
    "care.db.jobs",
    "care.desk.tables",
    "care.invoices.tables",
    "care.lines.tables",
    "care.faults.tables",
    "care.orders.tables",
    "care.reminders.tables",
    "care.studio.data.tables",
    "care.studio.inbox.tables",
    "care.payments.sandbox",
    "care.payments.tables",
    "care.studio.models.tables",
    "care.tickets.tables",
)
"""Every module that defines a table."""

for _name in MODULES:
    importlib.import_module(_name)

metadata: MetaData = Base.metadata
