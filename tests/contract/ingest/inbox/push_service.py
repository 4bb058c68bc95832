"""The push service of a browser's maker, with the browser behind it: reads what it is sent with keys of its own."""

import json
import struct
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.ingest.inbox.webpush import decode, encode, public
from tests.contract.ingest.outside import Outside

AUTH = bytes(range(16))


class PushService:
    """`answer(status)` is said to every message from now on; `shown()` is what the browser could read."""

    def __init__(self, outside: Outside, name: str = "may-cua-lan") -> None:
        self._outside, self._path = outside, f"/push/{name}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        # No browser has a subscription without TLS; the door with it stands before this one.
        self.endpoint = f"https://127.0.0.1:{outside.server_address[1]}{self._path}"
        self.answer(201)

    @property
    def subscription(self) -> dict[str, str]:
        """As the browser tells the desk."""
        return {"endpoint": self.endpoint, "browser_key": encode(public(self._key)), "auth": encode(AUTH)}

    def answer(self, status: int) -> None:
        self._outside.pages[self._path] = (status, {}, b"")

    @property
    def asked(self) -> list[tuple[dict[str, str], bytes]]:
        return [(headers, body) for path, headers, body in self._outside.asked if path == self._path]

    def shown(self) -> list[dict[str, Any]]:
        return [json.loads(self._read(headers, body)) for headers, body in self.asked]

    def _read(self, headers: dict[str, str], body: bytes) -> bytes:
        assert headers["content-encoding"] == "aes128gcm" and int(headers["ttl"]) > 0 and len(body) <= 4096
        self._check(headers["authorization"])
        salt, (_, length) = body[:16], struct.unpack("!LB", body[16:21])
        sender, content = body[21 : 21 + length], body[21 + length :]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        info = b"WebPush: info\0" + public(self._key) + sender
        secret = HKDF(hashes.SHA256(), 32, AUTH, info).derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        return AESGCM(key).decrypt(nonce, content, None).rstrip(b"\0").removesuffix(b"\2")

    def _check(self, authorization: str) -> None:
        """Raises InvalidSignature."""
        scheme, _, rest = authorization.partition(" ")
        given = dict(one.strip().split("=", 1) for one in rest.split(","))
        words, _, signature = given["t"].rpartition(".")
        numbers = decode(signature)
        signed = encode_dss_signature(int.from_bytes(numbers[:32], "big"), int.from_bytes(numbers[32:], "big"))
        house = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(given["k"]))
        house.verify(signed, words.encode(), ec.ECDSA(hashes.SHA256()))
        claims = json.loads(decode(words.partition(".")[2]))
        parts = urlsplit(self.endpoint)
        assert scheme == "vapid" and claims["aud"] == f"{parts.scheme}://{parts.netloc}"
        assert claims["sub"].startswith("mailto:")
