"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes, each good for one time."""

import secrets
import time
from hashlib import sha256

from sqlalchemy import Engine, select, update

from services.ingest.accounts.tables import UserRow, users
from services.ingest.kit import audit
from shared.database import read, write
from shared.records import record
from shared.settings import get_settings

RECOVERY_CODES = 10
_STEP_SECONDS = 30
# A phone's clock may be this many steps off.
_SKEW_STEPS = 1


def new_secret() -> str:
    """A secret to show once, in base 32."""
    import pyotp

    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """The otpauth:// address for an authenticator app."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=get_settings().site_name)


def picture(secret: str, email: str) -> str:
    """The address as a QR code, an SVG without styles of its own."""
    import segno

    made = segno.make(address(secret, email), error="m")
    return str(made.svg_inline(scale=4, border=2, svgclass="qr", lineclass="qr-dots", omitsize=True, light=None))


def turn_on(engine: Engine, user_id: int, secret: str, code: str) -> list[str] | None:
    """Keep the secret if `code` is of it; the recovery codes, to be shown once, or None for a wrong code."""
    step = _step_of(secret, code)
    if step is None:
        return None
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    values = {"totp_secret": secret, "totp_step": step, "recovery": [_digest(one) for one in codes]}
    _change(engine, user_id, "second_factor_on", values)
    return codes


def turn_off(engine: Engine, user_id: int) -> None:
    """The password alone is enough again."""
    _change(engine, user_id, "second_factor_off", {"totp_secret": None, "totp_step": None, "recovery": None})


def accept(engine: Engine, user_id: int, code: str) -> bool:
    """Whether a code is right and was not used before; then it is used now."""
    code = "".join(code.split()).lower()
    with write(engine) as connection:
        row = record(connection.execute(select(users).where(users.c.id == user_id).with_for_update()), UserRow)
        if row is None or row.totp_secret is None or row.disabled_at is not None:
            return False
        step = _step_of(row.totp_secret, code)
        if step is not None and step > (row.totp_step or 0):
            values: dict[str, object] = {"totp_step": step}
        elif row.recovery and _digest(code) in row.recovery:
            values = {"recovery": [one for one in row.recovery if one != _digest(code)]}
            audit.append(connection, f"user:{row.email}", "user.recovery_code_used", f"user:{row.email}", {})
        else:
            return False
        connection.execute(update(users).where(users.c.id == user_id).values(**values))
    return True


def recovery_left(engine: Engine, user_id: int) -> int:
    """How many recovery codes have not been used."""
    with read(engine) as connection:
        return len(connection.execute(select(users.c.recovery).where(users.c.id == user_id)).scalar() or [])


def _step_of(secret: str, code: str) -> int | None:
    """The time step that a code belongs to, None for a code that is not one of now."""
    import pyotp

    now = int(time.time()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = range(now - _SKEW_STEPS, now + _SKEW_STEPS + 1)
    matching = [step for step in steps if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return max(matching, default=None)


def _change(engine: Engine, user_id: int, action: str, values: dict[str, object]) -> None:
    with write(engine) as connection:
        changed = update(users).where(users.c.id == user_id).values(**values).returning(users.c.email)
        email = connection.execute(changed).scalar_one()
        audit.append(connection, f"user:{email}", f"user.{action}", f"user:{email}", {})


def _recovery_code() -> str:
    """abcd-efgh-ijkl-mnop-qrst-uvwx: 120 random bits, so that a plain digest keeps it (OWASP ASVS 6.5.2: 112)."""
    drawn = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(24))
    return "-".join(drawn[at : at + 4] for at in range(0, 24, 4))


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
