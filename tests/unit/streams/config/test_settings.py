"""Settings of the door: what goes together, what a file may hold, and what nobody gets to see."""

import re
import ssl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from streams.config import settings as module
from streams.config.connecting import (
    aiokafka_options,
    kafka_python_options,
    librdkafka_options,
    tls_context,
)
from streams.config.reading import read_settings, unknown
from streams.config.settings import PASSWORD_MECHANISMS, Settings, SettingsError, plaintext

CANARY = "kanarienvogel"
SECRETS = (
    *("erasure_secret_file", "sasl_password_file", "tls_key_password_file"),
    "oauth_client_secret_file",
)


def told(**settings: object) -> Settings:
    """What is read of an environment with these settings."""
    return read_settings(
        {f"WHALECURVE_{name.upper()}": str(text) for name, text in settings.items()}
    )


def refusal(**settings: object) -> str:
    with pytest.raises(SettingsError) as refused:
        told(**settings)
    said = str(refused.value)
    assert CANARY not in said
    return said


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{CANARY}\n")
    return path


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a certificate, its key, and the key to another one."""
    folder = tmp_path_factory.mktemp("papers")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name in ("mine", "other"):
        made = authority.issue_cert(name)
        made.cert_chain_pems[0].write_to_path(str(folder / f"{name}.pem"))
        made.private_key_pem.write_to_path(str(folder / f"{name}.key"))
    (folder / "password").write_text(CANARY)
    return folder


# secrets in files


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_end_of_the_line_is_no_part_of_a_secret(tmp_path: Path, end: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(f" {CANARY} {end}".encode())
    secret = told(erasure_secret_file=path).erasure_secret_file
    assert secret is not None
    assert secret.text == f" {CANARY} "


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o444, 0o640])
def test_a_secret_may_lie_as_kubernetes_and_docker_lay_it(password: Path, mode: int) -> None:
    password.chmod(mode)
    link = password.with_name("link")
    link.symlink_to(password)
    for path in (password, link):
        assert told(erasure_secret_file=path).erasure_secret_file


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("content", "mode", "found"),
    [
        (b"", 0o400, "an empty file"),
        (b"\n", 0o400, "an empty file"),
        (f"{CANARY}\n{CANARY}\n".encode(), 0o400, "more than one line"),
        (f"{CANARY}\x00".encode(), 0o400, "what can't be printed"),
        (b"\xff" + CANARY.encode(), 0o400, "no UTF-8"),
        (CANARY.encode() * 1_000, 0o400, "it holds 13000 bytes"),
        (CANARY.encode(), 0o666, "everybody may write to it"),
    ],
)
def test_an_unfit_secret_is_refused_by_its_setting_and_not_shown(
    password: Path, name: str, content: bytes, mode: int, found: str
) -> None:
    password.write_bytes(content)
    password.chmod(mode)
    said = refusal(**{name: password})
    assert said.startswith(f"WHALECURVE_{name.upper()}: expected the path of a file with ")
    assert found in said


def test_a_certificate_that_everybody_may_write_to_is_refused(password: Path) -> None:
    password.chmod(0o666)
    said = refusal(security_protocol="ssl", tls_ca_file=password)
    assert "everybody may write to it" in said


@pytest.mark.parametrize("name", SECRETS)
def test_neither_a_secret_nor_a_folder_stands_for_a_file_s_path(name: str, tmp_path: Path) -> None:
    for no_file in (CANARY, tmp_path):
        assert "there is no such file" in refusal(**{name: no_file})


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_the_environment_is_refused(name: str) -> None:
    bare = name.removesuffix("_file")
    said = refusal(**{bare: CANARY})
    assert said.startswith(f"WHALECURVE_{bare.upper()}: expected no secret in the environment")
    assert f"WHALECURVE_{name.upper()}" in said


def test_no_secret_is_shown_with_the_settings(password: Path) -> None:
    settings = told(
        erasure_secret_file=password,
        security_protocol="sasl_ssl",
        sasl_user="worker",
        sasl_password_file=password,
    )
    assert librdkafka_options(settings)["sasl.password"] == CANARY
    for shown in (repr(settings), str(settings), f"{settings.sasl_password_file}"):
        assert CANARY not in shown
        assert str(password) in shown


def test_help_shows_no_secret(password: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "streams", "worker", "--help"],
        env={"WHALECURVE_ERASURE_SECRET_FILE": str(password)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert CANARY not in said.stdout + said.stderr


# what goes together


TLS, LOGIN = "security_protocol=ssl", "security_protocol=sasl_ssl"
BESIDE_TLS = "expected WHALECURVE_SECURITY_PROTOCOL=ssl or sasl_ssl beside"
BESIDE_LOGIN = "WHALECURVE_SASL_USER: expected WHALECURVE_SECURITY_PROTOCOL=sasl_ssl and "
WITH_LOGIN = "WHALECURVE_SASL_USER: expected it beside WHALECURVE_SECURITY_PROTOCOL=sasl_ssl"
WITH_CERTIFICATE = "WHALECURVE_TLS_KEY_FILE: expected it beside WHALECURVE_TLS_CERTIFICATE_FILE"
OF_CERTIFICATE = "WHALECURVE_TLS_KEY_FILE: expected the key to WHALECURVE_TLS_CERTIFICATE_FILE"
BY_TOKENS = f"{LOGIN} sasl_mechanism=OAUTHBEARER"
ENDPOINT = "oauth_token_endpoint=https://id.example.org/token oauth_client_id=worker"
OTHER_KEY = "tls_certificate_file=mine.pem tls_key_file=other.key"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("security_protocol=sasl_plaintext", "expected sasl_ssl: without TLS"),
        ("security_protocol=tls", "expected plaintext or ssl or sasl_ssl"),
        ("tls_ca_file=ca.pem", BESIDE_TLS),
        (
            "tls_certificate_file=mine.pem tls_key_file=mine.key",
            "WHALECURVE_TLS_CERTIFICATE_FILE: expected WHALECURVE_SECURITY_PROTOCOL=ssl or",
        ),
        ("sasl_user=worker", BESIDE_LOGIN),
        (f"{TLS} sasl_user=worker", BESIDE_LOGIN),
        (LOGIN, WITH_LOGIN),
        (f"{LOGIN} sasl_user=worker", "WHALECURVE_SASL_PASSWORD_FILE: expected it beside"),
        (f"{TLS} sasl_mechanism=PLAIN", "WHALECURVE_SASL_MECHANISM: expected WHALECURVE_SECURITY"),
        (f"{LOGIN} sasl_mechanism=GSSAPI", "expected SCRAM-SHA-512 or SCRAM-SHA-256 or PLAIN or"),
        (f"{BY_TOKENS} sasl_user=worker", BESIDE_LOGIN),
        (BY_TOKENS, "WHALECURVE_OAUTH_TOKEN_ENDPOINT: expected it beside"),
        (f"{BY_TOKENS} {ENDPOINT}", "WHALECURVE_OAUTH_CLIENT_SECRET_FILE: expected it beside"),
        (
            f"{BY_TOKENS} {ENDPOINT} oauth_client_secret_file=password oauth_ca_file=mine.key",
            "WHALECURVE_OAUTH_CA_FILE: expected certificates in PEM",
        ),
        (
            f"{LOGIN} oauth_scope=a sasl_user=b sasl_password_file=password",
            "WHALECURVE_OAUTH_SCOPE",
        ),
        (f"{TLS} tls_certificate_file=mine.pem", WITH_CERTIFICATE),
        (f"{TLS} tls_key_file=mine.key", "WHALECURVE_TLS_CERTIFICATE_FILE: expected it beside"),
        (f"{TLS} tls_ca_file=mine.key", "expected certificates in PEM"),
        (f"{TLS} tls_ca_file=none.pem", "there is no such file"),
        (f"{TLS} {OTHER_KEY}", OF_CERTIFICATE),
        (
            f"{TLS} tls_key_password_file=password",
            "WHALECURVE_TLS_KEY_PASSWORD_FILE: expected WHALECURVE_TLS_KEY_FILE beside it",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(papers: Path, settings: str, words: str) -> None:
    pairs = dict(pair.split("=") for pair in settings.split())
    files = {name: papers / text for name, text in pairs.items() if name.endswith("_file")}
    assert words in refusal(**pairs | files)


# what clients are told


@pytest.fixture
def secured(papers: Path, password: Path) -> Settings:
    return told(
        security_protocol="sasl_ssl",
        tls_ca_file=papers / "ca.pem",
        tls_certificate_file=papers / "mine.pem",
        tls_key_file=papers / "mine.key",
        sasl_user="worker",
        sasl_password_file=password,
    )


def test_tls_is_1_2_or_newer_with_certificates_and_host_names_checked(secured: Settings) -> None:
    context = tls_context(secured)
    assert context is not None
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    options = librdkafka_options(secured)
    assert options["enable.ssl.certificate.verification"] is True
    assert options["ssl.endpoint.identification.algorithm"] == "https"
    # it knows no lowest version: tests/integration/test_secured.py shows that it speaks none older


@pytest.mark.parametrize("options", [kafka_python_options, aiokafka_options])
def test_python_s_clients_are_told_the_same(options: Any, secured: Settings) -> None:
    found = options(secured)
    assert isinstance(found["ssl_context"], ssl.SSLContext)
    login = {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": PASSWORD_MECHANISMS[0],
        "sasl_plain_username": "worker",
        "sasl_plain_password": CANARY,
    }
    assert found | login == found


@pytest.mark.parametrize("mechanism", PASSWORD_MECHANISMS)
def test_every_client_logs_in_by_the_same_mechanism(secured: Settings, mechanism: str) -> None:
    settings = replace(secured, sasl_mechanism=mechanism)
    assert librdkafka_options(settings)["sasl.mechanism"] == mechanism
    assert aiokafka_options(settings)["sasl_mechanism"] == mechanism
    assert kafka_python_options(settings)["sasl_mechanism"] == mechanism


@pytest.mark.parametrize(
    "url",
    [
        *("http://a/token", "https://", "https:///token", "https://me:pw@a/token", "a/token"),
        *("https://a/token?x=1", "https://a/to ken", "https://a:0/t", "https://a:99999/t"),
    ],
)
def test_an_endpoint_is_an_address_by_tls_and_nothing_else(url: str) -> None:
    said = refusal(oauth_token_endpoint=url)
    assert said.startswith("WHALECURVE_OAUTH_TOKEN_ENDPOINT: expected https://host/path")


def test_a_first_look_leaves_the_door_out(secured: Settings) -> None:
    bare = plaintext(secured)
    assert bare == Settings()
    at_the_door = set(librdkafka_options(secured)) - set(librdkafka_options(bare))
    assert {"security.protocol", "sasl.password", "ssl.key.location"} <= at_the_door
    assert not any(re.search("ssl|sasl|security", name) for name in librdkafka_options(bare))


def test_the_settings_of_the_door_are_settings() -> None:
    assert set(module.ENDPOINT_SETTINGS) <= set(Settings.__dataclass_fields__)


def test_names_that_look_like_settings_and_are_none_are_found() -> None:
    environment = {"WHALECURVE_PARTITONS": "8", "WHALECURVE_APP_ID": "a", "PATH": "/bin"}
    assert unknown(environment) == ["WHALECURVE_PARTITONS"]


@pytest.mark.parametrize(
    "address",
    [
        *("kafka", ":9092", "kafka:", "kafka:0", "kafka:65536", "kafka:" + "9" * 5_000),
        *("x..y:9092", ".:9092", "a" * 64 + ":9092", "kafka:1, kafka:2", "my kafka:9092"),
        *("\udcff:9092", "k\n:9092"),
    ],
)
def test_an_address_that_nobody_can_have_is_refused(address: str) -> None:
    assert "WHALECURVE_BROKER: expected host:port" in refusal(broker=address)


@pytest.mark.parametrize(
    "address",
    ["kafka:9092", "kafka-1.example.org:1,10.0.0.1:65535", "[::1]:9092", "kafka.example.org.:9092"],
)
def test_an_address_that_somebody_can_have_is_taken(address: str) -> None:
    assert told(broker=address).broker == address
