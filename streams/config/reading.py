"""The environment becomes settings, or an error that names what is wrong in it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from streams.config.connecting import tls_context
from streams.config.parsing import Secret, UnfitError
from streams.config.settings import (
    OAUTHBEARER,
    PASSWORD_MECHANISMS,
    PREFIX,
    Setting,
    Settings,
    SettingsError,
    variable,
)
from streams.config.tokens import endpoint_context

BY_PASSWORD: Final = (
    "security_protocol=sasl_ssl and sasl_mechanism="
    f"{', '.join(PASSWORD_MECHANISMS[:-1])} or {PASSWORD_MECHANISMS[-1]}"
)
BY_TOKENS: Final = f"security_protocol=sasl_ssl and sasl_mechanism={OAUTHBEARER}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; SettingsError for one that is wrong."""
    values: dict[str, Any] = {}
    for known in fields(Settings):
        name = variable(known.name)
        _refuse_bare_secret(known.type, name, environment)
        text = environment.get(name)
        if text is None:
            continue
        setting: Setting = known.metadata["setting"]
        try:
            values[known.name] = setting.parse(text)
        except UnfitError as error:
            raise SettingsError(f"{name}: expected {error}, found {error.found}") from None
        except ValueError as error:
            raise SettingsError(f"{name}: expected {error}, found {text!r}") from error
    settings = Settings(**values)
    _check_together(settings)
    tls_context(settings)
    if settings.by_tokens:
        endpoint_context(settings.oauth_ca_file)
    return settings


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none: mistyped, or an orchestrator's own."""
    known = {variable(one.name) for one in fields(Settings)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _refuse_bare_secret(kind: object, name: str, environment: Mapping[str, str]) -> None:
    bare = name.removesuffix("_FILE")
    if kind == Secret | None and bare in environment:
        raise SettingsError(
            f"{bare}: expected no secret in the environment, found one: write it into a file, and "
            f"that file's path into {name}"
        )


def _check_together(settings: Settings) -> None:
    """What only makes sense beside something else; SettingsError where that is missing."""
    tls = settings.security_protocol != "plaintext"
    sasl = settings.security_protocol == "sasl_ssl"
    tokens = settings.by_tokens
    user = sasl and not tokens
    key = settings.tls_key_file is not None
    certificate = settings.tls_certificate_file is not None
    for name, allowed, needed, beside in (
        ("tls_ca_file", tls, False, "security_protocol=ssl or sasl_ssl"),
        ("tls_certificate_file", tls, key, "security_protocol=ssl or sasl_ssl, and tls_key_file"),
        ("tls_key_file", certificate, certificate, "tls_certificate_file"),
        ("tls_key_password_file", key, False, "tls_key_file"),
        ("sasl_mechanism", sasl, False, "security_protocol=sasl_ssl"),
        ("sasl_user", user, user, BY_PASSWORD),
        ("sasl_password_file", user, user, BY_PASSWORD),
        ("oauth_token_endpoint", tokens, tokens, BY_TOKENS),
        ("oauth_client_id", tokens, tokens, BY_TOKENS),
        ("oauth_client_secret_file", tokens, tokens, BY_TOKENS),
        ("oauth_scope", tokens, False, BY_TOKENS),
        ("oauth_ca_file", tokens, False, BY_TOKENS),
    ):
        there = getattr(settings, name) != getattr(Settings, name)
        if there and not allowed:
            raise SettingsError(f"{variable(name)}: expected {_variables(beside)} beside it")
        if needed and not there:
            raise SettingsError(f"{variable(name)}: expected it beside {_variables(beside)}")


def _variables(words: str) -> str:
    for known in fields(Settings):
        words = words.replace(known.name, variable(known.name))
    return words
