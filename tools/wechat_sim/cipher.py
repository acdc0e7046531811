"""Signatures and the safe mode, on pycryptodome.

Source: developers.weixin.qq.com, 消息加解密说明; WeCom's is the same with the corporation's id as the receiver.
"""

from __future__ import annotations

import base64
import hashlib
import os
import struct

from Crypto.Cipher import AES
from Crypto.Cipher._mode_cbc import CbcMode
from Crypto.Util.Padding import pad, unpad

_PAD = 32
_HEAD = 16


def signature(*parts: str) -> str:
    """The platform's signature: SHA-1 of the parts, sorted and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Envelope:
    """Encrypts and decrypts for one receiver; ``aes_key`` is the console's EncodingAESKey of 43 characters."""

    def __init__(self, aes_key: str, receiver: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        if len(self._key) != 32:
            raise ValueError("an EncodingAESKey has 43 characters of base64")
        self._receiver = receiver.encode()

    def encrypt(self, text: bytes) -> str:
        """``text`` for the wire, in base64."""
        plain = os.urandom(_HEAD) + struct.pack(">I", len(text)) + text + self._receiver
        return base64.b64encode(self._cipher().encrypt(pad(plain, _PAD))).decode()

    def decrypt(self, sealed: str) -> bytes:
        """The text of what came over the wire. Raises ``ValueError``."""
        plain = unpad(self._cipher().decrypt(base64.b64decode(sealed, validate=True)), _PAD)
        if len(plain) < _HEAD + 4:
            raise ValueError("too short")
        (length,) = struct.unpack(">I", plain[_HEAD : _HEAD + 4])
        text, receiver = plain[_HEAD + 4 : _HEAD + 4 + length], plain[_HEAD + 4 + length :]
        if len(text) != length or receiver != self._receiver:
            raise ValueError("it is for somebody else, or its length is wrong")
        return text

    def _cipher(self) -> CbcMode:
        return AES.new(self._key, AES.MODE_CBC, self._key[:16])
