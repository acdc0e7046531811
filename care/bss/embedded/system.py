"""The embedded operator, put together from one class per topic."""

from zoneinfo import ZoneInfo

from care.bss.embedded.billing import EmbeddedBilling
from care.bss.embedded.catalogue import EmbeddedCatalogue
from care.bss.embedded.customers import EmbeddedCustomers
from care.bss.embedded.loyalty import EmbeddedLoyalty
from care.bss.embedded.network import EmbeddedNetwork
from care.bss.embedded.ordering import EmbeddedOrdering
from care.bss.embedded.refunds import EmbeddedRefunds
from care.bss.protocol import Bss
from care.clock import Clock
from care.db import Database

TIMEOUT = 5.0
"""Seconds after which a call counts as failed (`BssUnavailable`)."""


ZONE = ZoneInfo("Asia/Shanghai")
"""Where the operator's days and months begin unless told otherwise."""


class EmbeddedBss(
    EmbeddedCustomers,
    EmbeddedCatalogue,
    EmbeddedBilling,
    EmbeddedRefunds,
    EmbeddedLoyalty,
    EmbeddedOrdering,
    EmbeddedNetwork,
    Bss,
):
    """The operator's systems on our own tables.

    `zone` is where the operator's days and months begin; `timeout` in seconds.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        zone: ZoneInfo = ZONE,
        timeout: float = TIMEOUT,
    ) -> None:
        super().__init__(db, clock, zone, timeout)
