"""An account as WeChat's console has it: Tencent's own test vector, and callbacks signed for it."""

from datetime import UTC, datetime

from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.envelope import Envelope, Mode
from care.channels.wechat.signature import Signatures, sign
from tests.fakes import ManualClock

TOKEN = "spamtest"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx2c2769f8efd9abc2"
MOMENT = datetime.fromtimestamp(1409735669, UTC)
"""The time of the vector."""

VECTOR = {
    "timestamp": "1409735669",
    "nonce": "1320562132",
    "signature": "16120ec1b8dbb870f510d87ce6bc2463eae6ca1a",
    "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
    "encrypt_type": "aes",
}
ENCRYPTED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2L"
    "dJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6u"
    "x5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJ"
    "pXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCz"
    "pu9GhglF2PE="
)
ENCRYPTED_BODY = (
    "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>"
    f"<Encrypt><![CDATA[{ENCRYPTED}]]></Encrypt></xml>"
).encode()


def envelope(mode: Mode = Mode.SAFE, clock: ManualClock | None = None) -> Envelope:
    """The envelope of the vector's account, at the vector's time."""
    signatures = Signatures(TOKEN, clock or ManualClock(MOMENT))
    return Envelope(signatures, MessageCipher(AES_KEY, APP_ID), mode)


def query(encrypted: str | None = None, at: datetime = MOMENT, nonce: str = "n1") -> dict[str, str]:
    """The address line of a callback that WeChat signed at ``at``."""
    timestamp = str(int(at.timestamp()))
    made = {"timestamp": timestamp, "nonce": nonce, "signature": sign(TOKEN, timestamp, nonce)}
    if encrypted is not None:
        made["msg_signature"] = sign(TOKEN, timestamp, nonce, encrypted)
        made["encrypt_type"] = "aes"
    return made


def sealed(document: str, at: datetime = MOMENT) -> tuple[dict[str, str], bytes]:
    """Address line and body of a callback in safe mode."""
    encrypted = MessageCipher(AES_KEY, APP_ID).encrypt(document.encode())
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
    return query(encrypted, at), body.encode()
