"""A message to a browser as Web Push has it: encrypted for it alone (RFC 8291), signed by the house (RFC 8292).

Written out on `cryptography`, which is here anyway: pywebpush brings two HTTP clients, and the encryption below it has
no wheel.
"""

import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.settings import get_settings

MOST_BYTES = 3500
"""Of a message: push services take 4096 bytes with all that is around it."""
AUTH_BYTES = 16
_RECORD_BYTES = 4096
_SIGNED_FOR = timedelta(hours=12)
# Of P-256: a key is a number below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def house_key() -> ec.EllipticCurvePrivateKey:
    """What the house signs with: made of its secret, so that every process and every backup has it."""
    return _key_of(get_settings().secret_key)


def public(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A key's public half, as browsers and push services write it."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encode(content: bytes) -> str:
    """Base64 without what addresses cannot have."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def encrypt(
    message: bytes, browser: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """For whoever has the private half of `browser`; `own` and `salt` are new for every message. Raises ValueError."""
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), browser)
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    shared = own.exchange(ec.ECDH(), receiver)
    secret = _derived(shared, auth, b"WebPush: info\0" + browser + public(own), 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!LB", _RECORD_BYTES, len(public(own))) + public(own)
    # \2 ends the last record.
    return head + AESGCM(key).encrypt(nonce, message + b"\2", None)


def signed(endpoint: str, contact: str, now: datetime) -> str:
    """The value of `Authorization` at a push service; `contact` is whom it writes to about us."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + _SIGNED_FOR).timestamp()), "sub": contact}
    words = ".".join(encode(orjson.dumps(one)) for one in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(house_key().sign(words.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{words}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={encode(public(house_key()))}"


@lru_cache(maxsize=1)
def _key_of(secret: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(_derived(secret.encode(), b"", b"toasoan web push", 48), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt or None, info).derive(secret)
