"""The servers the tests lean on are real, and empty at the start of each test."""

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from tests.servers.wechat import WechatSimulator

_TABLE = "CREATE TABLE left_behind (id integer)"


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_postgres_database_is_fresh_each_time(postgres_url: str, attempt: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        version: str = connection.execute(text("SHOW server_version")).scalar_one()
        connection.execute(text(_TABLE))  # fails if the other attempt's table is still there
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    assert int(version.split(".")[0]) >= 16
    assert encoding == "UTF8"
    # left open on purpose: the database must be removable all the same


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_valkey_is_empty_each_time(valkey_url: str, attempt: str) -> None:
    client = redis.Redis.from_url(valkey_url)
    assert client.dbsize() == 0
    client.set("left", "behind")
    client.close()


def test_databases_do_not_see_each_other(postgres_url: str) -> None:
    address = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        connection.execute(_TABLE)
        rows = connection.execute("SELECT count(*) FROM left_behind").fetchone()
    assert rows == (0,)


def test_the_simulated_wechat_answers_and_delivers() -> None:
    with WechatSimulator() as wechat:
        phone = wechat.phone("wang")
        said = phone.say("你好")
        assert [one["result"] for one in said["deliveries"]] == ["refused"] * 3
        assert [one["type"] for one in phone.news()] == ["unavailable"]
        assert phone.news() == []
