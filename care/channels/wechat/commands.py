"""The commands ``python -m care wechat …``: they call the platform's API with the account of the settings."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from care.channels.wechat.api import WechatApi
from care.channels.wechat.delivery import api_of, has_api
from care.channels.wechat.error_codes import ApiError, meaning
from care.channels.wechat.menu import load_menu
from care.services import Services


class WechatCommandFailed(Exception):
    """A command cannot do what it should; the message says why in one line."""


def menu_file(data_dir: Path) -> Path:
    """Where the menu stands."""
    return data_dir / "wechat" / "menu.yml"


def check(services: Services) -> str:
    """Fetch a token and call with it; gives what to tell the person. Raises ``WechatCommandFailed``."""

    async def work(api: WechatApi) -> str:
        try:
            await api.menu()
        except ApiError as error:
            if error.errcode != 46003:  # there is no menu yet
                raise
        return "WeChat takes our app id, secret and address"

    return _with_api(services, work)


def set_menu(services: Services) -> str:
    """Make the file's menu the account's. Raises ``DataFileError`` and ``WechatCommandFailed``."""
    menu = load_menu(menu_file(services.settings.data_dir))

    async def work(api: WechatApi) -> str:
        await api.set_menu(menu)
        return "the menu is set; followers see it within 24 hours, at once after following anew"

    return _with_api(services, work)


def show_menu(services: Services) -> str:
    """The account's menu as JSON. Raises ``WechatCommandFailed``."""

    async def work(api: WechatApi) -> str:
        found: dict[str, Any] = await api.menu()
        return json.dumps(found.get("menu", found), ensure_ascii=False, indent=2)

    return _with_api(services, work)


def remove_menu(services: Services) -> str:
    """Take the account's menu away. Raises ``WechatCommandFailed``."""

    async def work(api: WechatApi) -> str:
        await api.delete_menu()
        return "the menu is removed"

    return _with_api(services, work)


def _with_api(services: Services, work: Callable[[WechatApi], Awaitable[str]]) -> str:
    if not has_api(services.settings):
        raise WechatCommandFailed("CARE_WECHAT_APP_ID and CARE_WECHAT_APP_SECRET must be set")

    async def run() -> str:
        try:
            async with httpx.AsyncClient() as http:
                return await work(api_of(services, http))
        except ApiError as error:
            raise WechatCommandFailed(
                f"WeChat refused with {error.errcode}: {meaning(error.errcode)}"
            ) from error
        finally:
            await services.close()

    return asyncio.run(run())
