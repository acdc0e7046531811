"""The line that an order is about, where it need not be the verified one."""

from care.bss.protocol import Bss, BssRejected, Line, RejectReason
from care.customers.verification import Verified


async def own_line(bss: Bss, verified: Verified, line_id: str) -> Line:
    """A line of the verified customer. Raises ``BssRejected`` (UNKNOWN_LINE) for anybody else's."""
    line = await bss.line_by_id(line_id)
    if line is None or line.customer_id != verified.customer_id:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    return line
