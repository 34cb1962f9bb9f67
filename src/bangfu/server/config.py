"""Configuration: read once, typed, from the environment or from `*_FILE`; it fails loudly.

Every setting `X` may come from the variable `BANGFU_X` or, so that a secret need not stand in
the environment, from the file that `BANGFU_X_FILE` names.
"""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bangfu.kernel.addresses import is_safe
from bangfu.kernel.errors import Refused

REPOSITORY = Path(__file__).resolve().parents[3]


class _FileVariables(PydanticBaseSettingsSource):
    """Reads `BANGFU_<FIELD>_FILE`: the value is the stripped text of the file it names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"BANGFU_{field_name.upper()}_FILE")
        if path is None:
            return None, field_name, False
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class Config(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="BANGFU_", extra="ignore")

    home: Path = Field(
        default=REPOSITORY / "var",
        description="Folder of this installation's state: database, keys, lake, runs, files.",
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Django's signing key; made and kept under keys/ when absent."
    )
    debug: bool = Field(default=False, description="Django's debug pages; never in production.")
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1],testserver",
        description="Host names that the server answers to, separated by commas.",
    )
    trusted_origins: str = Field(
        default="", description="Origins allowed to post with cookies, separated by commas."
    )
    secure_cookies: bool = Field(
        default=False, description="Send cookies over TLS only; true behind a TLS front."
    )
    proxies: int = Field(
        default=0,
        ge=0,
        le=4,
        description="Our own reverse proxies in front; so many entries of X-Forwarded-For count.",
    )
    rate_limits: bool = Field(
        default=True,
        description="Budgets of requests (standards/limits.yaml); false only while measuring.",
    )
    second_factor: Literal["required", "administrators", "off"] = Field(
        default="required",
        description="Who needs a second factor: administrators and everybody above the village,"
        " administrators alone, or nobody.",
    )
    sso_issuer: str = Field(
        default="", description="Address of the province's OpenID Connect sign-in; empty: none."
    )
    sso_client_id: str = Field(default="", description="Our name with that sign-in.")
    sso_client_secret: SecretStr = Field(default=SecretStr(""), description="Our secret with it.")
    sso_name: str = Field(
        default="省统一身份认证", description="What the button on the sign-in page calls it."
    )
    sso_claim: str = Field(
        default="sub", description="The claim that holds a person's number with that sign-in."
    )
    sms_url: str = Field(
        default="",
        pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?)?$",
        description="Address of the SMS gateway, https but for loopback; empty: no SMS.",
    )
    sms_key_id: str = Field(default="", description="Our name with the SMS gateway.")
    sms_secret: SecretStr = Field(default=SecretStr(""), description="Our secret with it.")
    sms_sender: str = Field(default="工作平台", description="What SMS are signed with (短信签名).")
    sms_timeout: float = Field(
        default=5.0, ge=1, le=30, description="Seconds that the SMS gateway may take to answer."
    )
    pool_size: int = Field(default=8, ge=2, le=200, description="Database connections a process.")
    audit_witness: str = Field(
        default="",
        description="File off this machine, in a folder that is there, or https address, for"
        " checkpoints of the audit chain.",
    )
    audit_checkpoint_seconds: int = Field(
        default=60, ge=5, le=3600, description="Seconds between two checkpoints while rows come."
    )
    backup: Path | None = Field(
        default=None,
        description="Where backups go: a disk of another machine; backup/ in the home when absent.",
    )
    small_counties: str = Field(
        default="",
        pattern=r"^(\d{6}(,\d{6})*)?$",
        description="Six-digit codes of counties in small-county mode, separated by commas.",
    )
    audit_verify_hours: int = Field(
        default=24, ge=1, le=720, description="Hours between two verifications of the audit chain."
    )
    console: Path = Field(
        default=REPOSITORY / "web" / "apps" / "console" / "dist",
        description="Folder of the built console.",
    )

    @field_validator("audit_witness")
    @classmethod
    def _no_line_that_others_answer_on(cls, value: str) -> str:
        if "://" in value and not is_safe(value):
            raise Refused("E-AUDIT-WITNESS-ADDRESS")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FileVariables(settings_cls)

    def signing_key(self) -> str:
        """Return the signing key; an installation without one gets its own, kept under keys/."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.home / "keys" / "secret_key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.chmod(0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
        return path.read_text(encoding="ascii").splitlines()[0]


@lru_cache(maxsize=1)
def get_config() -> Config:
    """Return the configuration of this process."""
    return Config()
