"""The envelope around what WeChat sends and takes: the check of the address, and the three modes.

plain: XML as it is; safe: in cipher only, both ways; compatible: WeChat sends both, and we answer in cipher.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from care.channels.wechat import xml
from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.signature import Signatures, sign

MAX_ECHO = 512


class Mode(StrEnum):
    """How messages travel, as set in WeChat's console."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(frozen=True)
class Opened:
    """The values of a callback; ``encrypted`` says that its answer goes back in cipher."""

    values: dict[str, str]
    encrypted: bool


class Envelope:
    """Opens and closes envelopes of one account. Raises ``ValueError`` for a mode with cipher and no cipher."""

    def __init__(
        self,
        signatures: Signatures,
        cipher: MessageCipher | None,
        mode: Mode,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        if cipher is None and mode is not Mode.PLAIN:
            raise ValueError(f"the mode {mode} needs an EncodingAESKey")
        self._signatures = signatures
        self._cipher = cipher
        self._mode = mode
        self._nonce = nonce

    def echo(self, query: Mapping[str, str]) -> str:
        """What WeChat wants to have back when an address is entered in its console. Raises ``ProtocolError``."""
        self._signatures.check(query)
        said = query.get("echostr", "")
        if not 1 <= len(said) <= MAX_ECHO or not said.isprintable():
            raise ProtocolError("echostr")
        return said

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """The values of a callback's XML. Raises ``ProtocolError``."""
        if self._mode is Mode.PLAIN:
            # The signature covers no content in this mode, but who has no token gets no further.
            self._signatures.check(query)
            return Opened(xml.parse(body), encrypted=False)
        if self._mode is Mode.COMPATIBLE and query.get("encrypt_type", "raw") == "raw":
            self._signatures.check(query)
            return Opened(xml.parse(body), encrypted=False)
        encrypted = xml.parse(body).get("Encrypt", "").strip()
        return Opened(xml.parse(self.unseal(query, encrypted)), encrypted=True)

    def unseal(self, query: Mapping[str, str], encrypted: str) -> bytes:
        """The content of a signed cipher text (of the XML above, of JSON, of WeCom's ``echostr``).

        Raises ``ProtocolError``.
        """
        if self._cipher is None:
            raise ProtocolError("cipher_not_expected")
        self._signatures.check_content(query, encrypted)
        return self._cipher.decrypt(encrypted)

    def close(self, document: str, *, encrypted: bool) -> str:
        """An answer's XML as it goes back, in the way its callback came."""
        if not encrypted or self._cipher is None:
            return document
        sealed = self._cipher.encrypt(document.encode())
        timestamp, nonce = str(int(self._signatures.clock().timestamp())), self._nonce()
        return xml.render(
            {
                "Encrypt": sealed,
                "MsgSignature": sign(self._signatures.token, timestamp, nonce, sealed),
                "TimeStamp": int(timestamp),
                "Nonce": nonce,
            }
        )
