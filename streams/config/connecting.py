"""The one place that makes the connection options of every Kafka client, of whatever library."""

import logging
import ssl
from typing import Any, Final

from streams.config.parsing import Secret
from streams.config.settings import (
    REQUEST_TIMEOUT_MS,
    Settings,
    SettingsError,
    variable,
)
from streams.config.tokens import aiokafka_tokens, kafka_python_tokens

TLS_1_2_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For librdkafka, which can't be told of a lowest version: TLS before 1.2 has none of these."""


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as the Python clients speak it, None for plaintext; SettingsError for unfit files."""
    if settings.security_protocol == "plaintext":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # certificates and host names are checked
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if settings.tls_ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(settings.tls_ca_file)
    except ssl.SSLError as error:
        raise SettingsError(
            f"{variable('tls_ca_file')}: expected certificates in PEM, found none in "
            f"{str(settings.tls_ca_file)!r}"
        ) from error
    if settings.tls_certificate_file is not None:
        password = settings.tls_key_password_file
        try:
            context.load_cert_chain(
                settings.tls_certificate_file,
                settings.tls_key_file,
                # without a word here OpenSSL would ask for one at the terminal
                "" if password is None else password.text,
            )
        except (ssl.SSLError, ValueError) as error:
            raise SettingsError(
                f"{variable('tls_key_file')}: expected the key to "
                f"{variable('tls_certificate_file')}, opened by "
                f"{variable('tls_key_password_file')} where it is locked, found "
                f"{str(settings.tls_key_file)!r}"
            ) from error
    return context


def librdkafka_options(settings: Settings) -> dict[str, Any]:
    """How a librdkafka client reaches the broker."""
    return {
        "bootstrap.servers": settings.broker,
        "client.id": settings.app_id,
        "socket.timeout.ms": REQUEST_TIMEOUT_MS,
        "broker.address.family": "v4" if settings.broker.startswith("127.") else "any",
        "log_level": 3,
        # without it lines go to stderr past our log; with it a client's poll hands them over
        "logger": logging.getLogger("librdkafka"),
        **_librdkafka_security(settings),
    }


def _librdkafka_security(settings: Settings) -> dict[str, Any]:
    if settings.security_protocol == "plaintext":
        return {}
    options: dict[str, Any] = {
        "security.protocol": settings.security_protocol,
        "ssl.ca.location": str(settings.tls_ca_file or "probe"),
        "enable.ssl.certificate.verification": True,
        "ssl.endpoint.identification.algorithm": "https",
        "ssl.cipher.suites": TLS_1_2_CIPHERS,
    }
    if settings.tls_certificate_file is not None:
        options["ssl.certificate.location"] = str(settings.tls_certificate_file)
        options["ssl.key.location"] = str(settings.tls_key_file)
    if settings.tls_key_password_file is not None:
        options["ssl.key.password"] = settings.tls_key_password_file.text
    return options | _librdkafka_login(settings)


def _librdkafka_login(settings: Settings) -> dict[str, Any]:
    if settings.security_protocol != "sasl_ssl":
        return {}
    options: dict[str, Any] = {"sasl.mechanism": settings.sasl_mechanism}
    if settings.by_tokens:
        # with a callback for tokens of ours each client would take a second to make
        options["sasl.oauthbearer.method"] = "oidc"
        options["sasl.oauthbearer.token.endpoint.url"] = settings.oauth_token_endpoint
        options["sasl.oauthbearer.client.id"] = settings.oauth_client_id
        options["sasl.oauthbearer.client.secret"] = _text(settings.oauth_client_secret_file)
        options["https.ca.location"] = str(settings.oauth_ca_file or "probe")
        if settings.oauth_scope:
            options["sasl.oauthbearer.scope"] = settings.oauth_scope
    else:
        options["sasl.username"] = settings.sasl_user
        options["sasl.password"] = _text(settings.sasl_password_file)
    return options


def _text(secret: Secret | None) -> str:
    assert secret is not None, "a login without its secret is no settings"
    return secret.text


def kafka_python_options(settings: Settings) -> dict[str, Any]:
    """How a kafka-python client reaches the broker."""
    options = _python_options(settings)
    if settings.by_tokens:
        options["sasl_oauth_token_provider"] = kafka_python_tokens(settings)
    return options


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """How an aiokafka client reaches the broker."""
    options = _python_options(settings)
    if settings.by_tokens:
        options["sasl_oauth_token_provider"] = aiokafka_tokens(settings)
    return options


def _python_options(settings: Settings) -> dict[str, Any]:
    """Both of Python's clients name these alike."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.broker.split(","),
        "client_id": settings.app_id,
        "security_protocol": settings.security_protocol.upper(),
        "ssl_context": tls_context(settings),
    }
    if settings.security_protocol == "sasl_ssl":
        options["sasl_mechanism"] = settings.sasl_mechanism
    if settings.sasl_password_file is not None:
        options["sasl_plain_username"] = settings.sasl_user
        options["sasl_plain_password"] = settings.sasl_password_file.text
    return options
