"""The accounts of the simulated platform: who they are, how they are called back, what they may do."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import asdict, dataclass, field
from typing import Dict, Iterable, List

OFFICIAL, MINI, KF = "official", "mini", "kf"
KINDS = (OFFICIAL, MINI, KF)
MODES = ("plain", "compatible", "safe")

LOOPBACK = "127.0.0.1"
"""Where the simulator listens, always: it is nothing for a network."""

VARIABLE = "WECHAT_SIM_ACCOUNTS"
"""Variable with the accounts as JSON, where who starts the simulator has made them up."""

_CALLBACKS = {OFFICIAL: "/wechat", MINI: "/wechat/miniprogram", KF: "/wecom"}

_LETTERS = string.ascii_letters + string.digits


@dataclass
class Account:
    """One account. ``name`` is what messages are addressed to: ``gh_…``, or WeCom's corporation id.

    ``customer_service`` is the right to send by ``message/custom/send``; ``allowed`` says whether the server's
    address is on the account's allow list; ``body`` is the form of a mini program's deliveries, ``xml`` or ``json``.
    """

    kind: str
    app_id: str
    name: str
    secret: str
    token: str
    aes_key: str
    mode: str = "safe"
    callback: str = ""
    customer_service: bool = True
    allowed: bool = True
    body: str = "xml"
    open_kfid: str = ""
    menu: dict[str, object] | None = field(default=None, repr=False)


def made_up(kind: str, callback: str = "", mode: str = "safe") -> Account:
    """An account with random ids and secrets."""
    if kind == KF:
        app_id, name = "ww" + secrets.token_hex(8), ""
    else:
        app_id, name = "wx" + secrets.token_hex(8), "gh_" + secrets.token_hex(6)
    return Account(
        kind=kind,
        app_id=app_id,
        name=name or app_id,
        secret=secrets.token_hex(16),
        token=secrets.token_hex(8),
        aes_key="".join(secrets.choice(_LETTERS) for _ in range(42)) + "A",
        mode="safe" if kind == KF else mode,
        callback=callback,
        body="json" if kind == MINI else "xml",
        open_kfid="wk" + secrets.token_hex(12) if kind == KF else "",
    )


def written(accounts: Iterable[Account]) -> str:
    """The variable's JSON."""
    return json.dumps([asdict(one) for one in accounts])


def read(text: str) -> List[Account]:
    """The accounts of the variable's JSON."""
    return [Account(**one) for one in json.loads(text)]


def callback(product: str, kind: str) -> str:
    """The address that is called back for a kind of account of the product at ``product``."""
    return product + _CALLBACKS[kind]


def settings(accounts: Iterable[Account], base: str) -> Dict[str, str]:
    """The product's settings for these accounts of the simulator at ``base``."""
    made: Dict[str, str] = {"CARE_WECHAT_API_BASE": base}
    for account in accounts:
        if account.kind == KF:
            made.update(
                CARE_WECOM_CORP_ID=account.app_id,
                CARE_WECOM_SECRET=account.secret,
                CARE_WECOM_TOKEN=account.token,
                CARE_WECOM_AES_KEY=account.aes_key,
                CARE_WECOM_API_BASE=base,
            )
            continue
        prefix = "CARE_WECHAT_" if account.kind == OFFICIAL else "CARE_MINIPROGRAM_"
        values = {
            "APP_ID": account.app_id,
            "APP_SECRET": account.secret,
            "TOKEN": account.token,
            "AES_KEY": account.aes_key,
            "MODE": account.mode,
        }
        if account.kind == OFFICIAL:
            values["CUSTOMER_SERVICE"] = str(account.customer_service).lower()
        made.update({prefix + name: value for name, value in values.items()})
    return made
