"""Why Kafka does not let us in, or not do something: in one line that says what to do.

The clients tell it each in its own way, and some of them only in their logs while they try again
for ever. So before a client is made, and when one is refused, a connection of our own tries the
same (`probing.py`), and what it hears is put into words here.
"""

import logging
import re
import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from aiokafka.errors import (
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from schemas.base.errors import OperatorError
from schemas.topics.acls import Right
from streams.config.settings import MECHANISMS, Settings, variable
from streams.config.tokens import TokenError

LIST: Final = "docs/security.md"
_EXPIRED: Final = 10
_OTHER_NAME: Final = {62, 64}
"""OpenSSL's codes of what is the matter with a certificate: its date, its host or address."""
_NO_VERSION: Final = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "HANDSHAKE_FAILURE")
_DENIED: Final = re.compile(
    r"(topic|group|transactional[_ ]?id)[_ ]?authorization[_ ]?failed", re.IGNORECASE
)


class AccessError(OperatorError):
    """Kafka does not let this client in, or not do something; the text says what to do."""


def lacking(settings: Settings, rights: Iterable[Right]) -> AccessError:
    """What a client says that has not the rights it needs."""
    words = "; ".join(right.words for right in rights)
    return AccessError(f"{_who(settings)} has no right: {words}: grant it, as {LIST} shows")


def _who(settings: Settings) -> str:
    if settings.by_tokens:
        return f"whoever the tokens of client {settings.oauth_client_id} name"
    if settings.sasl_user:
        return f"user {settings.sasl_user}"
    if settings.tls_certificate_file is not None:
        return f"the holder of {settings.tls_certificate_file}"
    return "a client without a name (User:ANONYMOUS)"


def is_denied(text: str) -> bool:
    """Whether a client's error, of whatever library, says that a right is lacking."""
    return _DENIED.search(text) is not None


# what a refusal says


def reason(settings: Settings, where: str, error: BaseException) -> str | None:
    """What to do about an error of a connection; None where it may pass by itself."""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLError):
            return _of_tls(settings, where, cause)
        if isinstance(cause, TokenError):
            return str(cause) if cause.refused else None
        if isinstance(cause, SaslAuthenticationFailed):
            return _of_login(settings, where)
        if isinstance(cause, UnsupportedSaslMechanismError):
            others = [one for one in MECHANISMS if one != settings.sasl_mechanism]
            return (
                f"{where} does not take {settings.sasl_mechanism}: set "
                f"{variable('sasl_mechanism')} to one that it takes ({', '.join(others)}), or "
                "enable it there"
            )
        if isinstance(cause, IllegalSaslStateError):
            return f"{where} asks for no user: set {variable('security_protocol')} to ssl"
    return None


def _of_login(settings: Settings, where: str) -> str:
    if settings.by_tokens:
        return (
            f"{where} does not take the tokens that {settings.oauth_token_endpoint} gives client "
            f"{settings.oauth_client_id}: look at {variable('oauth_scope')}, and whether Kafka "
            "trusts that issuer and expects that audience"
        )
    return (
        f"{where} knows no user {settings.sasl_user} with this password: look at "
        f"{variable('sasl_user')}, at the file of {variable('sasl_password_file')}, and "
        f"whether Kafka has the user for {settings.sasl_mechanism}"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _of_tls(settings: Settings, where: str, error: ssl.SSLError) -> str | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(where, error)
    said = str(getattr(error, "reason", None) or error).upper().replace(" ", "_")
    ours = variable("tls_certificate_file")
    if "CERTIFICATE" in said and settings.tls_certificate_file is None:
        return f"{where} asks for a client certificate: set {ours}"
    if "CERTIFICATE" in said or "UNKNOWN_CA" in said:
        return f"{where} does not take the certificate of {ours}: {said}"
    if any(words in said for words in _NO_VERSION):
        return f"{where} speaks no TLS 1.2 or newer that we could agree on: enable it there"
    return None


def _of_certificate(where: str, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return f"the certificate of {where} has expired: renew it"
    if error.verify_code in _OTHER_NAME:
        return (
            f"the certificate of {where} is for another host: name Kafka in {variable('broker')} "
            "(and in its advertised.listeners) as its certificate does"
        )
    return (
        f"the certificate of {where} is signed by nobody known ({error.verify_message}): put the "
        f"authority that signed it into {variable('tls_ca_file')}"
    )


# what clients tell while they try again


class AiokafkaRefusals(logging.Handler):
    """aiokafka tries for ever to connect, and says why it can't only in its log."""

    def __init__(self, settings: Settings, fail: Callable[[BaseException], Any]) -> None:
        super().__init__(logging.WARNING)
        self._settings, self._fail = settings, fail

    def emit(self, record: logging.LogRecord) -> None:
        """Fails where a connection was refused."""
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, BaseException):
                said = reason(self._settings, self._settings.broker, argument)
                if said is not None:
                    self._fail(AccessError(said))
