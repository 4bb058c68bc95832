"""A device with a passkey, as a browser and its authenticator answer together (WebAuthn, 6 and 7)."""

import json
import secrets
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

_PRESENT, _VERIFIED, _NEW = 0x01, 0x04, 0x40


class Authenticator:
    """One key pair; `verified`: it asked for a finger. `signs` counts what it signed. `key` and `statement` (its kind
    and itself) are what it says of itself when it is new, in place of what is right."""

    def __init__(self, origin: str, rp_id: str) -> None:
        self.origin, self.rp_id, self.verified, self.signs = origin, rp_id, True, 0
        self.id = secrets.token_bytes(32)
        self.key: Any = None
        self.statement: tuple[str, Any] = ("none", {})
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any]) -> str:
        """The answer to navigator.credentials.create."""
        kind, statement = self.statement
        made = {"fmt": kind, "attStmt": statement, "authData": self._said(self._credential())}
        return self._answer("webauthn.create", options, {"attestationObject": bytes_to_base64url(cbor2.dumps(made))})

    def get(self, options: dict[str, Any]) -> str:
        """The answer to navigator.credentials.get."""
        self.signs += 1
        said = self._said()
        signature = self._key.sign(said + sha256(self._client("webauthn.get", options)).digest(), ec.ECDSA(SHA256()))
        signed = {"authenticatorData": said, "signature": signature}
        return self._answer("webauthn.get", options, {name: bytes_to_base64url(one) for name, one in signed.items()})

    def _answer(self, kind: str, options: dict[str, Any], members: dict[str, str]) -> str:
        name = bytes_to_base64url(self.id)
        response = {"clientDataJSON": bytes_to_base64url(self._client(kind, options)), **members}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _said(self, credential: bytes = b"") -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verified else 0) | (_NEW if credential else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.signs.to_bytes(4, "big") + credential

    def _credential(self) -> bytes:
        point = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        said = cbor2.dumps(key if self.key is None else self.key)
        return bytes(16) + len(self.id).to_bytes(2, "big") + self.id + said
