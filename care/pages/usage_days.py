"""What was used on each day of a month: ``/p/usage/<token>``."""

from fastapi import APIRouter, Response

from care.billing.records import PAGE, of_subject, usage_days
from care.clock import local_date
from care.customers.masking import mask_phone
from care.links import LinkExpired
from care.pages.templates import page
from care.services import Services
from care.wording import data_size
from care.wording import month as in_words


def add_routes(routes: APIRouter, services: Services) -> None:
    """Add the page."""

    @routes.get("/usage/{token}", include_in_schema=False)
    async def usage(token: str) -> Response:
        line_id, month = of_subject(services.links.read(PAGE, token))
        line = await services.bss.line_by_id(line_id)
        if line is None:
            raise LinkExpired()
        today = local_date(services.clock(), services.settings.zone)
        days = await usage_days(services.bss, line_id, month, today)
        return page(
            "usage_days.html",
            phone=mask_phone(line.phone),
            month=in_words(month),
            rows=[
                {
                    "day": f"{day.day.month}月{day.day.day}日",
                    "data": data_size(day.data_mb),
                    "voice": day.voice_minutes,
                    "sms": day.sms,
                }
                for day in days
            ],
            data=data_size(sum(day.data_mb for day in days)),
            voice=sum(day.voice_minutes for day in days),
            sms=sum(day.sms for day in days),
        )
