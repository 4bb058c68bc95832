"""Passkeys (WebAuthn, Level 3): a key pair in somebody's device, which asks for a finger, a face or a PIN itself.

What the device signs is a challenge of the house, at the house's own address: nothing to guess, nothing to give away to
a page that looks like it. It stands for password and code together.

A challenge keeps itself: its moment, what it is for and in which session are under the house's secret. It counts for
CHALLENGE_SECONDS, and for each key only if it is younger than the last one that was answered with it.
"""

import hmac
import ipaddress
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from services.ingest.accounts.tables import PasskeyRow, passkeys, users
from services.ingest.kit import audit
from services.ingest.kit.errors import Conflict, Invalid, NotFound
from shared.database import read, write
from shared.records import record, records
from shared.settings import get_settings
from shared.vietnamese.text import one_line

CHALLENGE_SECONDS = 300
MOST = 20
"""Passkeys an account."""
_STAMP, _NONCE, _SEAL = 8, 16, 16
_ID_BYTES = 8


def place() -> tuple[str, str] | None:
    """(relying party id, origin): the name that the desk is reached by. None where browsers know no passkeys: an
    address without a name, or without https."""
    parts = urlsplit(get_settings().ingest_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
        return None
    except ValueError:
        pass
    is_secure = parts.scheme == "https" or host == "localhost"
    return (host, f"{parts.scheme}://{parts.netloc}") if is_secure and host else None


# ---------------------------------------------------------------- what a browser is asked


def asked(purpose: str, session: str = "") -> dict[str, Any]:
    """The options of navigator.credentials.get, as JSON has them. Raises NotFound where there are no passkeys."""
    from webauthn import generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    rp_id, _origin = _place()
    options = generate_authentication_options(
        rp_id=rp_id,
        challenge=_challenge(purpose, session),
        timeout=CHALLENGE_SECONDS * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def asked_new(engine: Engine, user_id: int, session: str) -> dict[str, Any]:
    """The options of navigator.credentials.create. Raises NotFound where there are no passkeys, Conflict for enough."""
    from webauthn import generate_registration_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    rp_id, _origin = _place()
    with read(engine) as connection:
        email, name = connection.execute(select(users.c.email, users.c.name).where(users.c.id == user_id)).one()
        known = connection.execute(select(passkeys.c.credential).where(passkeys.c.user_id == user_id)).scalars().all()
    if len(known) >= MOST:
        raise Conflict(f"Một tài khoản có nhiều nhất {MOST} khóa truy cập.")
    options = generate_registration_options(
        rp_id=rp_id,
        rp_name=get_settings().site_name,
        user_id=user_id.to_bytes(_ID_BYTES, "big"),
        user_name=email,
        user_display_name=name,
        challenge=_challenge("new", session),
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return options_to_json_dict(options)


# ---------------------------------------------------------------- what it answers


def add(engine: Engine, user_id: int, session: str, name: str, answer: str) -> None:
    """Keep a new passkey. Raises Invalid for an answer that is not to a challenge of this session; Conflict for a key
    that is known already, or one too many."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    rp_id, origin = _place()
    try:
        challenge, _moment = _answered("new", session, answer)
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, LookupError) as error:
        # The last two are the library's slips on CBOR that is sound but no key.
        raise Invalid.of("credential", "Khóa truy cập này không nhận được; hãy thử lại.") from error
    row = {
        "user_id": user_id,
        "credential": made.credential_id,
        "public_key": made.credential_public_key,
        "signs": made.sign_count,
        "challenge_at": 0,
        "name": one_line(name)[:100] or "Khóa truy cập",
        "created_at": datetime.now(UTC),
    }
    try:
        with write(engine) as connection:
            holder = select(users.c.email).where(users.c.id == user_id).with_for_update()
            email = connection.execute(holder).scalar_one()
            mine = select(func.count()).where(passkeys.c.user_id == user_id)
            if connection.execute(mine).scalar_one() >= MOST:
                raise Conflict(f"Một tài khoản có nhiều nhất {MOST} khóa truy cập.")
            connection.execute(passkeys.insert(), row)
            audit.append(connection, f"user:{email}", "user.passkey_added", f"user:{email}", {"name": row["name"]})
    except IntegrityError:
        raise Conflict("Khóa truy cập này đã được thêm từ trước.") from None


def accept(engine: Engine, purpose: str, session: str, answer: str) -> int | None:
    """Whose passkey has signed this, the account's id; None for an answer that is not right, is late or came before."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    rp_id, origin = _place()
    try:
        challenge, moment = _answered(purpose, session, answer)
        credential = base64url_to_bytes(orjson.loads(answer)["rawId"])
    except (ValueError, KeyError, TypeError):
        return None
    mine = passkeys.c.credential == credential
    with write(engine) as connection:
        theirs = select(passkeys).join(users).where(users.c.disabled_at.is_(None), mine)
        row = record(connection.execute(theirs.with_for_update(of=passkeys)), PasskeyRow)
        if row is None or moment <= row.challenge_at:
            return None
        try:
            signed = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=rp_id,
                expected_origin=origin,
                credential_public_key=row.public_key,
                # A counter that went back is a copied key's: the library refuses it.
                credential_current_sign_count=row.signs,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError):
            return None
        used = {"signs": signed.new_sign_count, "challenge_at": moment, "used_at": datetime.now(UTC)}
        connection.execute(update(passkeys).where(mine).values(**used))
        return row.user_id


# ---------------------------------------------------------------- whose they are


def of_user(engine: Engine, user_id: int) -> list[PasskeyRow]:
    """The oldest first."""
    query = select(passkeys).where(passkeys.c.user_id == user_id).order_by(passkeys.c.id)
    with read(engine) as connection:
        return records(connection.execute(query), PasskeyRow)


def has_passkey(engine: Engine, user_id: int) -> bool:
    with read(engine) as connection:
        mine = select(passkeys.c.id).where(passkeys.c.user_id == user_id).limit(1)
        return connection.execute(mine).first() is not None


def remove(engine: Engine, user_id: int, passkey_id: int) -> bool:
    """Whether there was such a passkey of theirs."""
    mine = (passkeys.c.user_id == user_id) & (passkeys.c.id == passkey_id)
    with write(engine) as connection:
        name = connection.execute(delete(passkeys).where(mine).returning(passkeys.c.name)).scalar()
        if name is None:
            return False
        email = connection.execute(select(users.c.email).where(users.c.id == user_id)).scalar_one()
        audit.append(connection, f"user:{email}", "user.passkey_removed", f"user:{email}", {"name": name})
    return True


# ---------------------------------------------------------------- how


def _place() -> tuple[str, str]:
    found = place()
    if found is None:
        raise NotFound("Tòa soạn này chưa có tên miền với https nên chưa dùng được khóa truy cập.")
    return found


def _challenge(purpose: str, session: str) -> bytes:
    head = time.time_ns().to_bytes(_STAMP, "big") + secrets.token_bytes(_NONCE)
    return head + _seal(purpose, session, head)


def _answered(purpose: str, session: str, answer: str) -> tuple[bytes, int]:
    """The challenge in an answer and its moment (ns). Raises ValueError for one that is not ours, for this, or late."""
    from webauthn.helpers import base64url_to_bytes

    try:
        said = orjson.loads(base64url_to_bytes(orjson.loads(answer)["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(said["challenge"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an answer") from error
    head, seal = challenge[: _STAMP + _NONCE], challenge[_STAMP + _NONCE :]
    if not hmac.compare_digest(seal, _seal(purpose, session, head)):
        raise ValueError("not a challenge of ours")
    moment = int.from_bytes(head[:_STAMP], "big")
    # Of another host's clock it may be of a moment to come.
    if abs(time.time_ns() - moment) > CHALLENGE_SECONDS * 10**9:
        raise ValueError("too late")
    return challenge, moment


def _seal(purpose: str, session: str, head: bytes) -> bytes:
    key = b"passkey:" + get_settings().secret_key.encode()
    said = f"{purpose}:{session}:".encode("utf-8", "replace") + head
    return hmac.digest(key, said, "sha256")[:_SEAL]
