"""What customers are told without asking: fee alarm, overage, renewals, the monthly bill. By text message, once each."""

from care.reminders.service import Reminders

__all__ = ["Reminders"]
