"""Values in the customer's language."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from care.wording import data_size, day, moment, month, speaking, yuan

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def all_of_them() -> list[str]:
    return [day(date(2026, 12, 1)), month("2026-08"), moment(AT, ZONE), yuan(Decimal("59.50"))]


def test_chinese_is_the_rule() -> None:
    assert all_of_them() == ["2026年12月1日", "2026年8月", "11月22日 18:30", "59.50"]
    with speaking("None"):
        assert month("2026-08") == "2026年8月"


def test_english_while_it_is_spoken() -> None:
    with speaking("en"):
        assert all_of_them() == ["1 December 2026", "August 2026", "22 November 18:30", "59.50"]
    assert month("2026-08") == "2026年8月"


async def test_two_customers_at_once_are_each_answered_in_their_language() -> None:
    async def answer(language: str) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return month("2026-08")

    assert await asyncio.gather(answer("en"), answer("zh")) == ["August 2026", "2026年8月"]


def test_data() -> None:
    assert [data_size(mb) for mb in (300, 1024, 1536, 10240)] == ["300MB", "1GB", "1.5GB", "10GB"]
