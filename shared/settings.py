"""Every setting of the house, in one typed class. All are optional; docs/settings.md lists them.

Read once a process (`get_settings`); a changed environment needs a restart.
"""

import fcntl
import os
import secrets
import tempfile
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.production import KEY_CHARS, fault_of_endpoint, faults_of_address, faults_of_store, weakness

# sockaddr_un holds 108 bytes with the final NUL; longer paths cannot be bound.
_SOCKET_PATH_BYTES = 100


_CHECKOUT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def _own_folder() -> Path:
    """`data` where one stands with a checkout, the user's own folder for data with an installed wheel."""
    if _CHECKOUT.is_file():
        return Path("data")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "toasoan"


class Settings(BaseSettings):
    """The environment's `TOASOAN_…` names (and `ELASTICSEARCH_URL`), checked."""

    # Errors name variables and never their values: some are secrets, and errors are logged.
    model_config = SettingsConfigDict(
        env_prefix="TOASOAN_", extra="ignore", frozen=False, env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="address the HTTP services listen on")
    web_port: int = Field(8000, ge=0, le=65535, description="port of the readers' site")
    ingest_port: int = Field(8001, ge=0, le=65535, description="port of the desk and the API")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port of a worker's /metrics (the HTTP services have it on theirs); 0: any free one",
    )
    data_dir: Path = Field(
        default_factory=_own_folder,
        description="everything that lasts, in embedded mode. An installed wheel's default is `~/.local/share/toasoan` "
        "(`$XDG_DATA_HOME/toasoan`), wherever it is started",
    )
    demo: bool = Field(True, description="fill an empty house with the demo paper at the first start; 0: don't")
    production: bool = Field(
        False, description="refuse what is only safe on one's own machine, the demo paper included"
    )

    database_url: str | None = Field(
        None,
        description="PostgreSQL, a database for each service: `postgresql://user:password@host/{service}`, where "
        "{service} is replaced. Unset: SQLite files",
    )
    broker_url: str | None = Field(None, description="Celery's broker. Unset: the embedded redis-server")
    redis_url: str | None = Field(
        None,
        description="counters, answers and hints. Apart from the broker in production, with `appendfsync always` and "
        "`noeviction`. Unset: the embedded redis-server",
    )
    elasticsearch_url: str | None = Field(
        None, validation_alias="ELASTICSEARCH_URL", description="search engine. Unset: tantivy in the data dir"
    )
    stores_ca: Path | None = Field(
        None,
        description="file with the certificates of whoever signed those of the stores. Set: PostgreSQL is spoken to "
        "with TLS alone (`verify-full`), the others by `rediss://`, `amqps://`, `https://`, and production refuses "
        "other addresses. Unset: such addresses are checked against the machine's list",
    )
    search_index: str = Field("toasoan-articles", description="alias of the article index in Elasticsearch")

    site_url: str = Field(
        "http://127.0.0.1:8000",
        description="address readers use; canonical links start with it. Unset: made of host and port",
    )
    ingest_url: str = Field("http://127.0.0.1:8001", description="address editors use. Unset: made of host and port")
    site_name: str = Field("Báo Mẫu", description="the paper's name")
    dateline: str = Field("BM", description="the house's own dateline, as in “BM - ”")
    secret_key: str = Field(
        "",
        description="signs view tokens and forms; one for every process of a paper. Another one makes open pages count "
        "no view until they are loaded again. Unset: made and kept in the data dir",
    )
    theme_dir: Path | None = Field(
        None,
        description="folder of the paper's own look: colours, style, fonts, logo, icons, templates. A broken one is "
        "refused, and the last good one stays. Unset: the built-in look",
    )
    paper_file: Path | None = Field(
        None,
        description="TOML file of the imprint, in the form of `services/web/paper.toml`: production mode refuses to go "
        "without, and one that names no publisher or no licence of its own. Unset: none but the demo paper's",
    )
    second_factor: Literal["offered", "required"] = Field(
        "offered",
        description="whether people may work at the desk with a password alone. `required`: who has neither an "
        "authenticator app nor a passkey reaches only their own account, to add one",
    )
    websub_hub: str = Field("", description="address of the WebSub hub that feeds name. Unset: none")
    feed_full_text: bool = Field(False, description="feeds carry whole texts instead of summaries")
    trusted_proxies: str = Field("", description="addresses whose X-Forwarded-For is believed, comma separated")
    edge_cache_url: str = Field(
        "",
        description="where nginx deletes its copies of pages (`http://nginx:8081/pages`) when an article is taken from "
        "readers: web's worker and ingest's relay ask it. Unset: there is none",
    )
    purge_url: str | None = Field(
        None,
        description='address that is POSTed `{"tags": […]}` of changed pages, which then carry `cache-tag` and may '
        "stay at the edge for 5 minutes",
    )

    embedding_url: str = Field(
        "",
        description="address of a server that makes vectors as OpenAI's API does (`https://host/v1/embeddings`): "
        "readers' questions of four words and more are ordered by meaning too. It is sent those questions and what "
        "readers may read, never a draft. Unset: none is asked",
    )
    embedding_model: str = Field("", description="the model that it is asked for; another one makes all vectors anew")
    embedding_key: str = Field("", description="its key. Unset: it asks for none")

    query_workers: int = Field(
        1,
        ge=1,
        le=16,
        description="processes of `toasoan up` that answer searches, each on a core of its own and with 75 MB",
    )
    query_threads: int = Field(
        4, ge=1, le=64, description="searches that one such process has under way in Elasticsearch"
    )
    redis_megabytes: int = Field(
        384, ge=32, description="memory of each embedded redis-server; what a full one refuses waits on disk"
    )
    celery_events: bool = Field(False, description="send Celery's task events, for celery-exporter and flower")
    otlp_endpoint: str | None = Field(None, description="OpenTelemetry collector (OTLP over HTTP). Unset: no traces")
    log_format: Literal["console", "json"] = Field("console", description="console for people, json for machines")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is written")
    rejected_comment_days: int = Field(
        90,
        ge=8,
        description="days until a rejected comment is deleted, and of every other decided one the writer's address",
    )
    live_poll_seconds: float = Field(
        1.25, ge=0.5, le=60, description="seconds after which open pages of a live coverage ask again for news"
    )
    referrer_days: int = Field(400, ge=1, description="days for which it is known where readers came from")
    copy_dir: Path | None = Field(
        None, description="folder on another disk that follows the house, with SQLite. Unset: no copy but backups"
    )
    copy_hours: int = Field(48, ge=1, description="hours of which every moment can be restored from the copy")
    smtp_host: str = Field(
        "",
        description="mail server that takes what people of the newsroom want to be told by e-mail. Unset: none is sent",
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="how the connection is encrypted: `tls` from the start (port 465), `starttls` before anything is "
        "said, `none` for a server on the same machine or network that asks for no password",
    )
    smtp_user: str = Field("", description="name at the mail server. Unset: it asks for none")
    smtp_password: str = Field("", description="password at the mail server")
    smtp_sender: str = Field(
        "", description="address that e-mails come from. Unset: `toasoan@` and the host of `TOASOAN_INGEST_URL`"
    )
    reconcile_seconds: int = Field(600, ge=5, description="seconds between two comparisons of the read models")

    @field_validator("site_url", "ingest_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("data_dir", "copy_dir", "theme_dir")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None

    def model_post_init(self, _context: object) -> None:
        if os.environ.get("TOASOAN_TEMPLATES_DIR"):
            raise ValueError(
                "TOASOAN_TEMPLATES_DIR is the folder templates/ of TOASOAN_THEME_DIR now (docs/theming.md)"
            )
        if self.smtp_password and self.smtp_tls == "none":
            raise ValueError("TOASOAN_SMTP_TLS must not be none where TOASOAN_SMTP_PASSWORD is set")
        if self.embedding_url and (wrong := fault_of_endpoint(self.embedding_url, bool(self.embedding_key))):
            raise ValueError(f"TOASOAN_EMBEDDING_URL {wrong}")
        if self.embedding_url and not self.embedding_model:
            raise ValueError("TOASOAN_EMBEDDING_MODEL must be set where TOASOAN_EMBEDDING_URL is")
        if self.production:
            self._refuse_defaults()
        if not self.secret_key:
            self.secret_key = _kept_secret(self.data_dir / "secret.key")
        if "site_url" not in self.model_fields_set:
            self.site_url = f"http://{self._public_host}:{self.web_port}"
        if "ingest_url" not in self.model_fields_set:
            self.ingest_url = f"http://{self._public_host}:{self.ingest_port}"

    def _refuse_defaults(self) -> None:
        """Production mode: what is only safe, or only right, on one's own machine must have been said otherwise."""
        if wrong := weakness(self.secret_key, KEY_CHARS):
            raise ValueError(f"TOASOAN_SECRET_KEY {wrong} in production mode")
        for name in ("site_url", "ingest_url"):
            for wrong in faults_of_address(getattr(self, name) if name in self.model_fields_set else ""):
                raise ValueError(f"TOASOAN_{name.upper()} {wrong} in production mode")
        for name in ("database_url", "broker_url", "redis_url", "elasticsearch_url"):
            with_tls = self.stores_ca is not None
            for wrong in faults_of_store(getattr(self, name), with_tls) if getattr(self, name) else ():
                raise ValueError(f"{'' if name.startswith('elastic') else 'TOASOAN_'}{name.upper()} {wrong}")
        if self.demo:
            raise ValueError("TOASOAN_DEMO must be 0 in production mode")
        if self.paper_file is None:
            raise ValueError(
                "TOASOAN_PAPER_FILE must name the file that says who publishes the paper and by which licence in "
                "production mode (services/web/paper.toml shows its form)"
            )

    @property
    def _public_host(self) -> str:
        return "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host

    @property
    def run_dir(self) -> Path:
        """Where running processes note who they are (`<role>.json`)."""
        return self.data_dir / "run"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @cached_property
    def socket_dir(self) -> Path:
        """Where the embedded Redis servers put their sockets: the run dir, or a private short folder
        (made by the supervisor) where that path would be too long for a socket."""
        longest = self.run_dir / "counters.sock"
        if len(os.fsencode(longest)) <= _SOCKET_PATH_BYTES:
            return self.run_dir
        digest = sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"toasoan-{os.getuid()}-{digest}"

    @property
    def celery_broker_url(self) -> str:
        return self.broker_url or f"redis+socket://{self.socket_dir / 'broker.sock'}"

    @property
    def counters_url(self) -> str:
        """Address for redis-py: counters, answers to queries, hints."""
        return self.redis_url or f"unix://{self.socket_dir / 'counters.sock'}"


def _kept_secret(path: Path) -> str:
    """The secret in this file; made where there is none, or only what a crash left of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = _read_secret(path)
    if key:
        return key
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        # One process makes it; those that start beside it wait here and read it.
        fcntl.flock(file, fcntl.LOCK_EX)
        os.fchmod(file.fileno(), 0o600)
        key = _read_secret(path)
        if not key:
            key = secrets.token_urlsafe(32)
            file.truncate(0)
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    return key


def _read_secret(path: Path) -> str:
    """ "" where there is none."""
    try:
        key = path.read_text().strip().strip("\0")
    except FileNotFoundError:
        return ""
    return key if len(key) >= KEY_CHARS else ""


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings.

    Raises pydantic.ValidationError, which names the variable that cannot be meant.
    """
    return Settings()
