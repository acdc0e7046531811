"""The demo operator's rows about the state of lines and boxes in the network."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from care.bss.embedded.demo.specs import NetworkSpec
from care.bss.embedded.tables import MobileStatusRow, SetTopBoxRow
from care.db import Base


def network_rows(
    network: NetworkSpec, today: date, zone: ZoneInfo
) -> dict[type[Base], list[dict[str, Any]]]:
    """Rows by table; hours ago are counted from midnight of the day of loading."""
    midnight = datetime.combine(today, time(), zone)
    return {
        MobileStatusRow: [
            {
                "line_id": status.line,
                "registered": status.registered,
                "last_area_id": status.area,
                "last_seen_at": (
                    None if status.seen is None else midnight - timedelta(hours=status.seen)
                ),
                "barring": [str(one) for one in status.barring],
                "data": str(status.data),
                "volte": status.volte,
                "abroad": status.abroad,
                "roaming": status.roaming,
            }
            for status in network.mobile
        ],
        SetTopBoxRow: [
            {
                "id": box.id,
                "broadband_id": box.broadband,
                "online": box.online,
                "signed_in": box.signed_in,
            }
            for box in network.set_top_boxes
        ],
    }
