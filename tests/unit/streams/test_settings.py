"""Settings of the door: what goes together, what a file may hold, and what nobody gets to see."""

import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trustme

from streams.config import settings as module
from streams.config.settings import (
    SASL_MECHANISM,
    Settings,
    SettingsError,
    aiokafka_options,
    kafka_python_options,
    librdkafka_options,
    plaintext,
    read_settings,
    tls_context,
    unknown,
)

CANARY = "kanarienvogel"
SECRETS = ("erasure_secret_file", "sasl_password_file", "tls_key_password_file")


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
    assert told(erasure_secret_file=password).erasure_secret_file


def test_a_secret_may_lie_behind_a_link(password: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(password)
    assert told(erasure_secret_file=link).erasure_secret_file


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n", "an empty file"),
        (f"{CANARY}\n{CANARY}\n".encode(), "more than one line"),
        (f"{CANARY}\x00".encode(), "what can't be printed"),
        (b"\xff" + CANARY.encode(), "no UTF-8"),
        (CANARY.encode() * 1_000, "it holds 13000 bytes"),
    ],
)
def test_an_unfit_secret_is_refused_by_its_setting_and_not_shown(
    tmp_path: Path, name: str, content: bytes, found: str
) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    said = refusal(**{name: path})
    assert said.startswith(f"WHALECURVE_{name.upper()}: expected the path of a file with ")
    assert found in said


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_place_of_its_file_s_path_is_not_shown(name: str) -> None:
    assert "there is no such file" in refusal(**{name: CANARY})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(erasure_secret_file=tmp_path)


@pytest.mark.parametrize("name", [*SECRETS, "tls_ca_file"])
def test_a_file_that_everybody_may_write_to_is_refused(password: Path, name: str) -> None:
    password.chmod(0o666)
    assert "everybody may write to it" in refusal(security_protocol="ssl", **{name: password})


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


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"security_protocol": "sasl_plaintext"}, "expected sasl_ssl: without TLS"),
        ({"security_protocol": "tls"}, "expected plaintext or ssl or sasl_ssl"),
        ({"tls_ca_file": "ca.pem"}, "expected WHALECURVE_SECURITY_PROTOCOL=ssl or sasl_ssl beside"),
        ({"sasl_user": "worker"}, "expected WHALECURVE_SECURITY_PROTOCOL=sasl_ssl beside it"),
        (
            {"security_protocol": "ssl", "sasl_user": "worker"},
            "WHALECURVE_SASL_USER: expected WHALECURVE_SECURITY_PROTOCOL=sasl_ssl beside it",
        ),
        (
            {"security_protocol": "sasl_ssl"},
            "WHALECURVE_SASL_USER: expected it beside WHALECURVE_SECURITY_PROTOCOL=sasl_ssl",
        ),
        (
            {"security_protocol": "sasl_ssl", "sasl_user": "worker"},
            "WHALECURVE_SASL_PASSWORD_FILE: expected it beside",
        ),
        (
            {"security_protocol": "ssl", "tls_certificate_file": "mine.pem"},
            "WHALECURVE_TLS_KEY_FILE: expected it beside WHALECURVE_TLS_CERTIFICATE_FILE",
        ),
        (
            {"security_protocol": "ssl", "tls_key_file": "mine.key"},
            "WHALECURVE_TLS_CERTIFICATE_FILE: expected it beside",
        ),
        ({"security_protocol": "ssl", "tls_ca_file": "mine.key"}, "expected certificates in PEM"),
        ({"security_protocol": "ssl", "tls_ca_file": "none.pem"}, "there is no such file"),
        (
            {
                "security_protocol": "ssl",
                "tls_certificate_file": "mine.pem",
                "tls_key_file": "other.key",
            },
            "WHALECURVE_TLS_KEY_FILE: expected the key to WHALECURVE_TLS_CERTIFICATE_FILE",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    papers: Path, settings: dict[str, str], words: str
) -> None:
    files = {
        name: papers / text if name.endswith("_file") else text for name, text in settings.items()
    }
    assert words in refusal(**files)


def test_a_key_password_that_opens_nothing_is_refused(password: Path) -> None:
    said = refusal(security_protocol="ssl", tls_key_password_file=password)
    assert "WHALECURVE_TLS_KEY_PASSWORD_FILE: expected WHALECURVE_TLS_KEY_FILE beside it" in said


# what clients are told


def secured(papers: Path, password: Path) -> Settings:
    return told(
        security_protocol="sasl_ssl",
        tls_ca_file=papers / "ca.pem",
        tls_certificate_file=papers / "mine.pem",
        tls_key_file=papers / "mine.key",
        sasl_user="worker",
        sasl_password_file=password,
    )


def test_tls_is_1_2_or_newer_with_certificates_and_host_names_checked(
    papers: Path, password: Path
) -> None:
    settings = secured(papers, password)
    context = tls_context(settings)
    assert context is not None
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    options = librdkafka_options(settings)
    assert options["enable.ssl.certificate.verification"] is True
    assert options["ssl.endpoint.identification.algorithm"] == "https"
    # it knows no lowest version: tests/integration/test_door.py shows that it speaks none older


@pytest.mark.parametrize("options", [kafka_python_options, aiokafka_options])
def test_python_s_clients_are_told_the_same(options: Any, papers: Path, password: Path) -> None:
    found = options(secured(papers, password))
    assert found["security_protocol"] == "SASL_SSL"
    assert isinstance(found["ssl_context"], ssl.SSLContext)
    assert found["sasl_mechanism"] == SASL_MECHANISM
    assert found["sasl_plain_username"] == "worker"
    assert found["sasl_plain_password"] == CANARY


def test_a_first_look_leaves_the_door_out(papers: Path, password: Path) -> None:
    bare = plaintext(secured(papers, password))
    assert bare == Settings()
    assert set(librdkafka_options(bare)) == {
        "bootstrap.servers",
        "client.id",
        "socket.timeout.ms",
        "broker.address.family",
        "log_level",
    }


def test_the_settings_of_the_door_are_settings() -> None:
    assert set(module.DOOR) <= set(Settings.__dataclass_fields__)


def test_names_that_look_like_settings_and_are_none_are_found() -> None:
    environment = {"WHALECURVE_PARTITONS": "8", "WHALECURVE_APP_ID": "a", "PATH": "/bin"}
    assert unknown(environment) == ["WHALECURVE_PARTITONS"]


@pytest.mark.parametrize(
    "address",
    [
        "kafka", ":9092", "kafka:", "kafka:0", "kafka:65536", "kafka:" + "9" * 5_000, "x..y:9092",
        ".:9092", "a" * 64 + ":9092", "kafka:1, kafka:2", "my kafka:9092", "\udcff:9092",
        "k\n:9092",
    ],
)  # fmt: skip
def test_an_address_that_nobody_can_have_is_refused(address: str) -> None:
    assert "WHALECURVE_BROKER: expected host:port" in refusal(broker=address)


@pytest.mark.parametrize(
    "address",
    ["kafka:9092", "kafka-1.example.org:1,10.0.0.1:65535", "[::1]:9092", "kafka.example.org.:9092"],
)
def test_an_address_that_somebody_can_have_is_taken(address: str) -> None:
    assert told(broker=address).broker == address
