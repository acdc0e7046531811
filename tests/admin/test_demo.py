"""The demo's helpers, and that production has none of them."""

from pathlib import Path

from care.bss.embedded.demo import load_demo
from care.clock import local_date
from care.settings import ROOT
from tests.channels.world import a_world


async def test_the_demos_customers_and_their_messages(tmp_path: Path) -> None:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        zone = world.settings.zone
        load_demo(world.db, local_date(world.clock(), zone), folder=ROOT / "data" / "demo")
        http = world.http()
        customers = (await http.get("/demo/customers")).json()
        assert len(customers) >= 30
        for customer in customers:
            assert customer["id"]
            assert customer["phone"]
            assert customer["plan"]
            assert customer["address"]
        assert any(customer["broadband"] for customer in customers)
        phone = customers[0]["phone"]
        await world.services.sms.send(phone, "【小讯】验证码135790，5分钟内有效。")
        await world.services.sms.send(phone, "您的套餐已办理成功。")
        sent = (await http.get("/demo/sms", params={"phone": phone})).json()
        assert [message["code"] for message in sent] == [None, "135790"]
        assert (await http.get("/demo/sms", params={"phone": "13900000000"})).json() == []
        for phone in ("", "abc", "1" * 21, "1\x00"):
            assert (await http.get("/demo/sms", params={"phone": phone})).status_code == 422


async def test_production_has_neither(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    async with a_world(url, tmp_path, mode="production") as world:
        http = world.http()
        for path in ("/demo/customers", "/demo/sms?phone=13812345678"):
            assert (await http.get(path)).status_code == 404
        assert "/demo/sms" not in (await http.get("/openapi.json")).json()["paths"]
