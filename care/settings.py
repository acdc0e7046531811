"""What can be set from outside: ``CARE_*`` environment variables, each with its default and meaning.

A variable that is empty counts as not set. A secret is taken from its variable, else from its file
``<secrets_dir>/<name>.key`` (one line, mode 600).
"""

from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

SECRETS = (
    "gateway_secret",
    "action_secret",
    "rasa_token",
    "trainer_secret",
    "session_secret",
    "pepper",
    "sealing_key",
)


WECHAT_SECRETS = (
    *("wechat_app_secret", "wechat_token", "wechat_aes_key"),
    *("miniprogram_app_secret", "miniprogram_token", "miniprogram_aes_key"),
    *("wecom_secret", "wecom_token", "wecom_aes_key"),
)
"""Secrets of WeChat's accounts, each needed only where the id of its account is set."""


class Settings(BaseSettings):
    """All settings of the care server. Times are seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="CARE_", env_ignore_empty=True)

    mode: Literal["demo", "production"] = Field(
        "demo",
        description="demo serves the made-up operator and the /demo pages; production has neither",
    )
    host: str = Field("127.0.0.1", description="address of the public port")
    port: int = Field(8080, description="public port: customers, agents, trainers")
    private_host: str = Field("127.0.0.1", description="address of the private port")
    private_port: int = Field(8081, description="private port: action webhook, metrics")
    var_dir: Path = Field(ROOT / "var", description="everything written at run time")
    secrets_dir: Path | None = Field(
        None, description="folder of the secrets' files; default var_dir/secrets"
    )
    web_dir: Path = Field(ROOT / "web" / "dist", description="the built web pages")
    province: str = Field(
        "", description="overlay of the rule pack: a file's name in data/duties/overlays/"
    )
    data_dir: Path = Field(ROOT / "data", description="knowledge base, rule pack, demo operator")
    data_repository: Path | None = Field(
        None,
        description="git repository with domain.yml and data/ for the studio; default: the folder of data_dir",
    )
    database_url: str = Field("", description="SQLAlchemy address; default SQLite in var_dir")
    redis_url: str = Field("", description="redis://… for several processes; default: in memory")
    engine_url: str = Field("http://127.0.0.1:5005", description="Rasa's address")
    model: str = Field("", description="path of the model archive Rasa runs (shown in the studio)")
    models_dir: Path | None = Field(
        None, description="folder of the trained models; default var_dir/models"
    )
    engines_file: Path | None = Field(
        None,
        description="where the supervisor reads which Rasa processes to run; without it the studio cannot put models live",
    )
    gate_min_cases: int = Field(
        20, ge=1, description="test cases from which the gate looks at an intent by itself"
    )
    gate_points: float = Field(
        3.0, ge=0, description="points of F1 that such an intent may lose to the live model"
    )
    gate_overall_points: float = Field(
        1.0, ge=0, description="points of accuracy that all cases together may lose"
    )
    public_url: str = Field(
        "",
        description="address customers reach this server by, for links; default http://host:port",
    )
    time_zone: str = Field("Asia/Shanghai", description="zone in which people read times")
    allowed_origins: str = Field(
        "", description="further origins that may open WebSockets, comma separated"
    )
    trusted_proxies: str = Field(
        "", description="addresses whose X-Forwarded-For counts, comma separated"
    )
    rest_tokens: str = Field(
        "", description="tokens of the REST channel, comma separated; needed in production"
    )
    log_format: Literal["json", "console"] = Field("json", description="form of the log lines")

    text_limit: int = Field(2000, description="characters a customer's message may have")
    session_days: int = Field(30, description="days a web chat's token is good for")

    engine_timeout: float = Field(15.0, description="one call of the engine")
    engine_retry_delays: tuple[float, ...] = Field(
        (0.5, 1.5), description="waits before each further call of the engine within a turn"
    )
    turns_at_once: int = Field(
        32, ge=1, description="turns that a process works on at once; more wait their turn"
    )
    turn_lease: float = Field(
        60.0, description="after this time another process may take up a turn"
    )

    queue_offer_after: float = Field(
        120.0, description="wait in the queue before other ways are offered"
    )
    queue_offer_after_nobody: float = Field(20.0, description="the same when no agent is online")
    agent_silence: float = Field(
        300.0, description="an accepted chat without an agent's answer goes back to the queue"
    )
    idle_close: float = Field(
        1800.0, description="silence after which a conversation with the bot is closed"
    )
    idle_close_agent: float = Field(
        7200.0, description="silence after which a conversation with an agent is closed"
    )
    agent_capacity: int = Field(8, description="chats an agent may have at once")

    code_minutes: int = Field(5, description="life of a one-time code")
    code_tries: int = Field(5, description="wrong codes before the number is locked")
    code_lock_minutes: int = Field(15, description="how long it stays locked")
    codes_per_phone: int = Field(10, description="codes sent to a number in an hour")
    codes_per_contact: int = Field(10, description="codes asked for by one contact in an hour")
    codes_per_address: int = Field(
        60, description="codes asked for from one network address in an hour"
    )
    verified_minutes: int = Field(30, description="how long a contact stays verified")

    bound_days: int = Field(
        90,
        description="days after its last code a bound WeChat account counts as verified without one",
    )
    continue_in: str = Field(
        "", description="channels in which a web chat may go on, comma separated: wechat"
    )
    continue_scan_url: str = Field(
        "",
        description="what the QR code for that opens, {scene} in it stands for the code; "
        "empty: the code alone is shown",
    )

    outage_look: float = Field(
        60.0,
        description="time between two looks at an outage of whose end customers want to be told",
    )

    login_tries: int = Field(5, description="wrong passwords before an agent's name is locked")
    login_lock_minutes: int = Field(10, description="how long it stays locked")
    agent_session_hours: int = Field(12, description="life of an agent's log-in")

    keep_events_days: int = Field(
        2, ge=1, description="days after which a desk that was away loads its state anew"
    )
    keep_jobs_days: int = Field(7, ge=1, description="days a job that is done stays on record")
    keep_codes_days: int = Field(
        7, ge=1, description="days a one-time code that led to no order stays on record, as a hash"
    )
    keep_verified_days: int = Field(
        30, ge=1, description="days the desk shows who a contact last showed to be"
    )
    keep_outcomes_days: int = Field(
        180, ge=1, description="days it stays on record what each action of a turn came to"
    )

    wechat_app_id: str = Field("", description="app id of the Official Account; empty: no WeChat")
    wechat_mode: Literal["plain", "compatible", "safe"] = Field(
        "safe", description="how messages travel, as set in WeChat's console"
    )
    wechat_api_base: str = Field("https://api.weixin.qq.com", description="address of WeChat's API")
    wechat_customer_service: bool = Field(
        True, description="whether the account may send customer-service messages by itself"
    )
    wechat_app_secret: SecretStr = Field(SecretStr(""), description="secret of the app id")
    wechat_token: SecretStr = Field(
        SecretStr(""), description="token of the callback address, as set in WeChat's console"
    )
    wechat_aes_key: SecretStr = Field(
        SecretStr(""), description="EncodingAESKey of the callback address; not for plain"
    )

    miniprogram_app_id: str = Field("", description="app id of the mini program; empty: none")
    miniprogram_mode: Literal["plain", "compatible", "safe"] = Field(
        "safe", description="how its messages travel, as set in its console"
    )
    miniprogram_app_secret: SecretStr = Field(SecretStr(""), description="secret of its app id")
    miniprogram_token: SecretStr = Field(
        SecretStr(""), description="token of its callback address, as set in its console"
    )
    miniprogram_aes_key: SecretStr = Field(
        SecretStr(""), description="EncodingAESKey of its callback address; not for plain"
    )

    wecom_corp_id: str = Field("", description="id of the corporation in WeCom; empty: no 微信客服")
    wecom_api_base: str = Field("https://qyapi.weixin.qq.com", description="address of WeCom's API")
    wecom_secret: SecretStr = Field(SecretStr(""), description="secret of 微信客服")
    wecom_token: SecretStr = Field(
        SecretStr(""), description="token of the callback address, as set in WeCom's console"
    )
    wecom_aes_key: SecretStr = Field(SecretStr(""), description="EncodingAESKey of that address")

    gateway_secret: SecretStr = SecretStr("")
    action_secret: SecretStr = SecretStr("")
    rasa_token: SecretStr = SecretStr("")
    trainer_secret: SecretStr = SecretStr("")
    session_secret: SecretStr = SecretStr("")
    pepper: SecretStr = SecretStr("")
    sealing_key: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _fill(self) -> "Settings":
        folder = self.secrets_dir or self.var_dir / "secrets"
        for name in (*SECRETS, *WECHAT_SECRETS):
            if getattr(self, name).get_secret_value():
                continue
            file = folder / f"{name}.key"
            if file.is_file():
                setattr(self, name, SecretStr(file.read_text(encoding="ascii").strip()))
        if not self.public_url:
            self.public_url = f"http://{self.host}:{self.port}"
        self.models_dir = self.models_dir or self.var_dir / "models"
        if not self.database_url:
            self.database_url = f"sqlite:///{self.var_dir / 'care.db'}"
        if missing := self._missing_for_wechat():
            raise ValueError(f"WeChat is on (CARE_WECHAT_APP_ID) without {', '.join(missing)}")
        if missing := self._missing_for_platforms():
            raise ValueError(f"a mini program or WeCom is on without {', '.join(missing)}")
        return self

    @property
    def models(self) -> Path:
        """The folder of the trained models."""
        return self.models_dir or self.var_dir / "models"

    def _missing_for_wechat(self) -> list[str]:
        if not self.wechat_on:
            return []
        needed = ["wechat_token"]
        if self.wechat_customer_service:
            needed.append("wechat_app_secret")
        if self.wechat_mode != "plain":
            needed.append("wechat_aes_key")
        return [
            f"CARE_{name.upper()}" for name in needed if not getattr(self, name).get_secret_value()
        ]

    def _missing_for_platforms(self) -> list[str]:
        needed: list[str] = []
        if self.miniprogram_on:
            needed += ["miniprogram_app_secret", "miniprogram_token"]
            needed += ["miniprogram_aes_key"] if self.miniprogram_mode != "plain" else []
        if self.wecom_on:
            needed += ["wecom_secret", "wecom_token", "wecom_aes_key"]
        return [
            f"CARE_{name.upper()}" for name in needed if not getattr(self, name).get_secret_value()
        ]

    def missing_secrets(self) -> list[str]:
        """Names of secrets that are neither in the environment nor in a file."""
        return [name for name in SECRETS if not getattr(self, name).get_secret_value()]

    @property
    def wechat_on(self) -> bool:
        """Whether there is an Official Account."""
        return bool(self.wechat_app_id)

    @property
    def miniprogram_on(self) -> bool:
        """Whether there is a mini program with customer service."""
        return bool(self.miniprogram_app_id)

    @property
    def wecom_on(self) -> bool:
        """Whether there is 微信客服."""
        return bool(self.wecom_corp_id)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which people read times."""
        return ZoneInfo(self.time_zone)

    @property
    def data_root(self) -> Path:
        """The folder with ``domain.yml`` and ``data/`` that the studio reads and publishes in."""
        return self.data_repository or self.data_dir.parent

    @property
    def demo(self) -> bool:
        """Whether the made-up operator is served."""
        return self.mode == "demo"

    def seconds(self, value: float) -> timedelta:
        """A setting in seconds as a duration."""
        return timedelta(seconds=value)
