"""The cipher of WeChat's safe mode: AES-256-CBC, whose text carries its length and whom it is for.

key = base64(EncodingAESKey + "="), 32 bytes; iv = its first 16; PKCS#7 padding to blocks of 32 bytes; text = 16 random
bytes, 4 bytes of length (big-endian), content, id of the receiver. Source: 微信公众平台 「消息加解密说明」.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from care.channels.wechat.errors import ProtocolError

_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_BLOCK = 32
_SALT = 16
_LENGTH = 4


class MessageCipher:
    """Encrypts and decrypts for one receiver: the app id of an account, the corp id of WeCom.

    ``salt`` gives so many random bytes. Raises ``ValueError`` when ``aes_key`` is no EncodingAESKey.
    """

    def __init__(
        self,
        aes_key: str,
        receiver: str,
        salt: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        if not _KEY.fullmatch(aes_key):
            raise ValueError("an EncodingAESKey has 43 letters and digits")
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES256(key), modes.CBC(key[:16]))
        self._receiver = receiver.encode()
        self._salt = salt

    def encrypt(self, content: bytes) -> str:
        """``content`` in cipher, as base64."""
        length = len(content).to_bytes(_LENGTH)
        text = self._salt(_SALT) + length + content + self._receiver
        padding = _BLOCK - len(text) % _BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(text + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The content of a cipher text. Raises ``ProtocolError``."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ProtocolError("not_base64") from error
        if not sealed or len(sealed) % 16:
            raise ProtocolError("not_cipher")
        decryptor = self._cipher.decryptor()
        text = _unpadded(decryptor.update(sealed) + decryptor.finalize())
        start = _SALT + _LENGTH
        if len(text) < start:
            raise ProtocolError("not_cipher")
        end = start + int.from_bytes(text[_SALT:start])
        # A length beyond the text leaves no receiver, which is never ours.
        if not hmac.compare_digest(text[end:], self._receiver):
            raise ProtocolError("receiver")
        return text[start:end]


def _unpadded(text: bytes) -> bytes:
    padding = text[-1]
    if not 1 <= padding <= min(_BLOCK, len(text)) or text[-padding:] != bytes([padding]) * padding:
        raise ProtocolError("not_cipher")
    return text[:-padding]
