"""The doors of hosted Kafkas: PLAIN, SCRAM-SHA-256 and tokens, through TLS, for every client.

The rights of a user are the same at every door; test_secured.py has them one by one.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from streams.demo.embedded_broker import HOST, claim_port
from streams.kafka.access import AccessError
from streams.kafka.topics import BrokerMissingError, check_topics
from tests.brokers import require_kafka
from tests.brokers.issuer import Issuer, TokenEndpoint
from tests.brokers.secured_kafka import DOOR, HOSTED, Papers, SecuredKafka
from tests.integration.secured import (
    APP_ID,
    CANARY,
    PARTITIONS,
    PREFIX,
    RIGHTS,
    SECONDS,
    password,
    place_of,
    received,
    send,
    settings_of,
)
from tests.support.topics import Place, Watch, command
from tests.support.workers import Crew

pytestmark = pytest.mark.kafka

SCOPE: Final = "kafka.read kafka.write"
TOKEN_SECONDS: Final = 10.0
"""Kafka takes no second login within a second, and librdkafka's comes at 0.9 of what is left."""
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "OAUTHBEARER")


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
def hosted(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    require_kafka()
    plain = {user: password(user) for user in RIGHTS}
    hosted = SecuredKafka(tmp_path_factory.mktemp("hosted"), plain=plain, issuer=issuer)
    hosted.node.start()
    for user, rights in RIGHTS.items():
        hosted.user(user, password(user))
        hosted.grant(user, rights)
    yield hosted
    hosted.close()


@pytest.fixture
def endpoint(hosted: SecuredKafka, issuer: Issuer) -> Iterator[TokenEndpoint]:
    secrets = {user: password(user) for user in RIGHTS}
    with TokenEndpoint(issuer, hosted.papers.paper("endpoint", HOST), secrets) as endpoint:
        yield endpoint


def at(place: Place, mechanism: str, endpoint: TokenEndpoint) -> Place:
    """The same user, by another mechanism."""
    if mechanism != "OAUTHBEARER":
        return place.telling(sasl_mechanism=mechanism)
    told = place.telling(
        sasl_mechanism=mechanism,
        oauth_token_endpoint=endpoint.url,
        oauth_client_id=place.settings["WHALECURVE_SASL_USER"],
        oauth_client_secret_file=place.settings["WHALECURVE_SASL_PASSWORD_FILE"],
        oauth_scope=SCOPE,
        oauth_ca_file=place.settings["WHALECURVE_TLS_CA_FILE"],
    )
    gone = {"WHALECURVE_SASL_USER", "WHALECURVE_SASL_PASSWORD_FILE"}
    return replace(told, settings={k: v for k, v in told.settings.items() if k not in gone})


@pytest.fixture
def places(
    hosted: SecuredKafka, endpoint: TokenEndpoint, tmp_path: Path
) -> dict[tuple[str, str], Place]:
    """Every user's settings at every door, by user and mechanism."""
    of_users = {user: place_of(hosted, tmp_path, user, HOSTED) for user in RIGHTS}
    return {
        (user, mechanism): at(place, mechanism, endpoint)
        for user, place in of_users.items()
        for mechanism in MECHANISMS
    }


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_every_client_comes_in_from_the_first_topic_to_the_last_output(
    places: dict[tuple[str, str], Place], crew: Crew, mechanism: str
) -> None:
    of = {user: places[user, mechanism] for user in RIGHTS}
    for words in (("topics", "create"), ("topics", "check")):
        done = command(of["operator"], *words)
        assert done.returncode == 0, done.stderr
    worker = crew.start_ready(of["worker"].telling(clock="event"))
    send(of["upstream"], f"ada by {mechanism}")
    (change,) = received(of["downstream"], "crm", 1)
    assert change["customer_id"] == f"ada by {mechanism}"
    done = command(of["downstream"], "tail", "tier-changes", "--from-beginning", "--count", "1")
    assert done.returncode == 0, done.stderr
    worker.stop()
    assert CANARY not in worker.text()


def test_a_worker_outlives_its_tokens(
    hosted: SecuredKafka,
    places: dict[tuple[str, str], Place],
    crew: Crew,
    endpoint: TokenEndpoint,
) -> None:
    endpoint.seconds = TOKEN_SECONDS
    of = {user: places[user, "OAUTHBEARER"] for user in RIGHTS}
    assert command(of["operator"], "topics", "create").returncode == 0
    crew.start_ready(of["worker"].telling(clock="event"))
    asked_at_start = len(endpoint.asked)
    watch = Watch(Place(hosted.node.address, PREFIX, APP_ID, PARTITIONS))
    with closing(watch):
        for number in range(3):
            time.sleep(TOKEN_SECONDS / 2)
            send(of["upstream"], f"patient-{number}")
            crew.wait_until_read(watch, SECONDS)
    assert ("worker", SCOPE) in endpoint.asked[asked_at_start:]
    crew.stop_all()


# the wrong papers


def answers(status: int, text: bytes) -> Callable[[TokenEndpoint], None]:
    def change(endpoint: TokenEndpoint) -> None:
        endpoint.answer = status, text

    return change


TOKEN_FAULTS: dict[str, tuple[Callable[[TokenEndpoint], None], str]] = {
    "a token of nobody": (
        answers(200, b'{"access_token": "a.b.c", "expires_in": 60}'),
        "trusts that issuer and expects that audience",
    ),
    "no token": (answers(200, b"{}"), "answers without access_token and expires_in in JSON"),
    "no JSON": (answers(200, b"<html>"), "WHALECURVE_OAUTH_TOKEN_ENDPOINT"),
    "no scope": (answers(400, b'{"error": "invalid_scope"}'), "no token (400, invalid_scope)"),
    "another way": (answers(307, b""), "answers with status 307"),
    "too much": (answers(200, b" " * 70_000), "answers with more than 65536 bytes"),
}


def test_a_token_of_another_issuer_is_none(
    places: dict[tuple[str, str], Place], endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    endpoint.issuer = Issuer(tmp_path / "another")
    with pytest.raises(AccessError, match="whether Kafka trusts that issuer"):
        check_topics(settings_of(places["operator", "OAUTHBEARER"]))


@pytest.mark.parametrize("fault", TOKEN_FAULTS)
def test_why_there_is_no_token_or_none_that_helps_is_said(
    places: dict[tuple[str, str], Place], endpoint: TokenEndpoint, fault: str
) -> None:
    change, words = TOKEN_FAULTS[fault]
    change(endpoint)
    with pytest.raises(AccessError) as refused:
        check_topics(settings_of(places["operator", "OAUTHBEARER"]))
    assert words in str(refused.value)
    assert endpoint.url in str(refused.value)
    assert CANARY not in str(refused.value)


def faults(hosted: SecuredKafka, folder: Path) -> dict[str, tuple[str, dict[str, Any], str]]:
    """By name: the mechanism, what is told otherwise than it should be, what is said."""
    wrong = folder / "wrong.password"
    wrong.write_text(f"wrong {CANARY}")
    stranger = Papers(folder / "stranger").ca
    return {
        "a wrong password": ("PLAIN", {"sasl_password_file": wrong}, "knows no user operator"),
        "a wrong secret": (
            "OAUTHBEARER",
            {"oauth_client_secret_file": wrong},
            "gives client operator no token (401, invalid_client): look at",
        ),
        "an unknown authority": (
            "OAUTHBEARER",
            {"oauth_ca_file": stranger},
            "look at WHALECURVE_OAUTH_CA_FILE",
        ),
        "a mechanism that is not taken": (
            "SCRAM-SHA-256",
            {"broker": hosted.address(DOOR)},
            "does not take SCRAM-SHA-256: set WHALECURVE_SASL_MECHANISM to one that it takes",
        ),
        "a token where none is taken": (
            "OAUTHBEARER",
            {"broker": hosted.address(DOOR)},
            "does not take OAUTHBEARER",
        ),
    }


@pytest.mark.parametrize(
    "fault",
    [
        "a wrong password",
        "a wrong secret",
        "an unknown authority",
        "a mechanism that is not taken",
        "a token where none is taken",
    ],
)
def test_why_a_door_stays_shut_is_said(
    hosted: SecuredKafka, places: dict[tuple[str, str], Place], tmp_path: Path, fault: str
) -> None:
    mechanism, wrong, words = faults(hosted, tmp_path)[fault]
    done = command(places["operator", mechanism].telling(**wrong), "topics", "check")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert words in line
    assert CANARY not in line


def test_an_endpoint_that_is_away_is_named(places: dict[tuple[str, str], Place]) -> None:
    nobody = f"https://{HOST}:{claim_port(0)}/token"
    place = places["operator", "OAUTHBEARER"].telling(oauth_token_endpoint=nobody)
    with pytest.raises(BrokerMissingError) as away:
        check_topics(settings_of(place))
    assert f"{nobody} of WHALECURVE_OAUTH_TOKEN_ENDPOINT does not answer" in str(away.value)


def test_a_secret_that_is_no_longer_taken_ends_the_worker(
    places: dict[tuple[str, str], Place], crew: Crew, endpoint: TokenEndpoint
) -> None:
    endpoint.seconds = TOKEN_SECONDS
    assert command(places["operator", "OAUTHBEARER"], "topics", "create").returncode == 0
    worker = crew.start_ready(places["worker", "OAUTHBEARER"].telling(clock="event"))
    endpoint.secrets.clear()
    assert "gives client worker no token (401, invalid_client)" in worker.must_fail()
    assert CANARY not in worker.text()
