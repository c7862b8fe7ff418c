"""Behind TLS, SASL and an authorizer: who has the rights of the list gets on, and nobody else.

One Kafka for the module. A user's name and rights are those of his part; the super user, who comes
in by another listener, alone makes users and gives and takes rights.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from confluent_kafka import Consumer

from schemas.topics.acls import (
    Operation,
    Right,
    operator_rights,
)
from streams.config.connecting import librdkafka_options
from streams.demo.embedded_broker import HOST
from streams.kafka.access import AccessError
from streams.kafka.changelog import Changelog, Progress
from streams.kafka.probing import probe
from streams.kafka.topics import check_topics, require_topics
from tests.brokers import require_kafka
from tests.brokers.old_tls import TLS11, handshake
from tests.brokers.secured_kafka import (
    ELSEWHERE,
    EXPIRED,
    HASTY,
    HASTY_MS,
    MUTUAL,
    OPEN,
    Papers,
    SecuredKafka,
)
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
from tests.support.waiting import wait_until
from tests.support.workers import Crew, Worker

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    require_kafka()
    secured = SecuredKafka(tmp_path_factory.mktemp("secured"))
    secured.node.start()
    for user, rights in RIGHTS.items():
        secured.user(user, password(user))
        secured.grant(user, rights)
    yield secured
    secured.close()


@pytest.fixture(scope="module")
def places(secured: SecuredKafka, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Place]:
    """Every user's settings, with the topics made by the operator."""
    folder = tmp_path_factory.mktemp("users")
    places = {user: place_of(secured, folder, user) for user in RIGHTS}
    done = command(places["operator"], "topics", "create")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("created") == len({right.name for right in RIGHTS["operator"]})
    return places


def test_the_rights_of_the_list_are_enough_from_the_first_topic_to_the_last_output(
    places: dict[str, Place], crew: Crew
) -> None:
    worker = crew.start_ready(places["worker"].telling(clock="event"))
    send(places["upstream"], "ada", "bob")
    changes = received(places["downstream"], "crm", 2)
    assert {change["customer_id"] for change in changes} == {"ada", "bob"}
    said = command(places["downstream"], "tail", "tier-changes", "--from-beginning", "--count", "2")
    assert said.returncode == 0, said.stderr
    said = command(places["upstream"], "traffic", "--events", "20", "--rate", "1000")
    assert said.returncode == 0, said.stderr
    assert command(places["operator"], "topics", "check").returncode == 0
    _, metrics = worker.get("/metrics")
    worker.stop()
    assert CANARY not in worker.text() + metrics


# one right less


def words_of(right: Right) -> str:
    return right.words.replace(" ", "_")


@contextmanager
def without(secured: SecuredKafka, user: str, right: Right) -> Iterator[None]:
    secured.revoke(user, [right])
    try:
        yield
    finally:
        secured.grant(user, [right])


@pytest.mark.parametrize("right", RIGHTS["worker"][:-1], ids=words_of)
def test_a_worker_that_lacks_a_right_is_refused_at_start_with_its_name(
    secured: SecuredKafka, places: dict[str, Place], right: Right
) -> None:
    with without(secured, "worker", right), pytest.raises(AccessError) as refused:
        require_topics(settings_of(places["worker"]))
    named = str(refused.value).partition(": grant it")[0]
    told = named.removeprefix("user worker has no right: ").split("; ")
    assert right.words in told
    # a topic that may not even be seen: nobody tells which of the rights to it are there
    assert {words.rpartition(" on ")[2] for words in told} == {right.words.rpartition(" on ")[2]}


def test_every_right_that_is_lacking_is_named_in_one_line(
    secured: SecuredKafka, places: dict[str, Place]
) -> None:
    gone = [right for right in RIGHTS["worker"] if right.name == f"{PREFIX}erasures"]
    with without(secured, "worker", gone[0]), without(secured, "worker", gone[1]):
        done = command(places["worker"], "worker")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"{gone[0].words}; {gone[1].words}" in line


@pytest.mark.parametrize("operation", [Operation.CREATE, Operation.DESCRIBE_CONFIGS])
def test_an_operator_that_lacks_a_right_is_told_which(
    secured: SecuredKafka, places: dict[str, Place], operation: Operation
) -> None:
    place = replace(places["operator"], app_id="door-other")
    rights = [r for r in operator_rights(settings_of(place).names) if "changelog" in r.name]
    secured.grant("operator", rights)
    (right,) = (right for right in rights if right.operation is operation)
    if operation is not Operation.CREATE:
        assert command(place, "topics", "create").returncode == 0
    with without(secured, "operator", right):
        done = command(place, "topics", "create")
    assert done.returncode == 1
    assert f"user operator has no right: {right.words}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_producer_and_a_reader_without_a_right_are_told_which(
    secured: SecuredKafka, places: dict[str, Place]
) -> None:
    for user, right, words in (
        ("upstream", RIGHTS["upstream"][0], ("traffic", "--events", "40", "--rate", "1000")),
        ("downstream", RIGHTS["downstream"][0], ("tail", "tier-changes")),
    ):
        with without(secured, user, right):
            done = command(places[user], *words)
        assert done.returncode == 1
        assert f"user {user} has no right: {right.words}" in done.stderr


# one right less for a worker that runs


def test_a_worker_without_its_transactions_ends_before_it_takes_anything(
    secured: SecuredKafka, places: dict[str, Place], crew: Crew
) -> None:
    with without(secured, "worker", RIGHTS["worker"][-1]):
        worker = crew.start(places["worker"])
        ends_with(worker, f"user worker has no right: {RIGHTS['worker'][-1].words}")
    assert "restored" not in {note["event"] for note in worker.notes()}


TAKEN: Final = (
    (Operation.READ, f"{PREFIX}purchases"),
    (Operation.WRITE, f"{PREFIX}tier-changes"),
    (Operation.WRITE, f"{PREFIX}{APP_ID}-changelog"),
    (Operation.WRITE, f"{APP_ID}-"),
    # the last: whoever may not leave the group is missed only when his session ends
    (Operation.READ, APP_ID),
)


@pytest.mark.parametrize(("operation", "name"), TAKEN)
def test_a_worker_that_loses_a_right_ends_and_names_it(
    secured: SecuredKafka, places: dict[str, Place], crew: Crew, operation: Operation, name: str
) -> None:
    (right,) = (r for r in RIGHTS["worker"] if (r.operation, r.name) == (operation, name))
    worker = crew.start_ready(places["worker"].telling(clock="event"))
    with without(secured, "worker", right):
        send(places["upstream"], f"late {right.words}")
        ends_with(worker, f"user worker has no right: {right.words}")


def ends_with(worker: Worker, words: str) -> None:
    """By itself, and its last word is one line, of what is the matter."""
    assert words in worker.must_fail()
    assert CANARY not in worker.text()


# the wrong endpoint, the wrong papers


@pytest.fixture(scope="module")
def old_server(secured: SecuredKafka) -> Iterator[str]:
    """Where TLS 1.1 is the newest that is spoken: a Java of today would not do it."""
    with TLS11(secured.papers.paper("old", HOST)) as server:
        yield server.address


def faults(
    secured: SecuredKafka, old_server: str, folder: Path
) -> dict[str, tuple[dict[str, Any], str]]:
    """What is told otherwise than it should be, and the words that say what to do."""
    stranger = Papers(folder / "stranger").ca
    wrong = folder / "wrong.password"
    wrong.write_text(f"wrong {CANARY}")
    return {
        "plaintext at a port with TLS": (
            {"security_protocol": "plaintext"},
            "speaks TLS, and WHALECURVE_SECURITY_PROTOCOL is plaintext",
        ),
        "TLS at a plaintext port": (
            {"broker": secured.node.address},
            "speaks no TLS, and WHALECURVE_SECURITY_PROTOCOL is sasl_ssl",
        ),
        "TLS before 1.2": ({"broker": old_server}, "speaks no TLS 1.2 or newer"),
        "an unknown authority": ({"tls_ca_file": stranger}, "is signed by nobody known"),
        "another host's certificate": (
            {"broker": secured.address(ELSEWHERE)},
            "is for another host: name Kafka in WHALECURVE_BROKER",
        ),
        "an expired certificate": ({"broker": secured.address(EXPIRED)}, "has expired: renew it"),
        "no client certificate": (
            {"broker": secured.address(MUTUAL)},
            "asks for a client certificate: set WHALECURVE_TLS_CERTIFICATE_FILE",
        ),
        "a user where none is asked for": (
            {"broker": secured.address(OPEN)},
            "asks for no user: set WHALECURVE_SECURITY_PROTOCOL to ssl",
        ),
        "no user where one is asked for": (
            {"security_protocol": "ssl"},
            "it may ask for a user, WHALECURVE_SECURITY_PROTOCOL=sasl_ssl",
        ),
        "a wrong password": (
            {"sasl_password_file": wrong},
            "knows no user worker with this password",
        ),
        "an unknown user": ({"sasl_user": "nobody"}, "knows no user nobody with this password"),
    }


def told_otherwise(place: Place, wrong: dict[str, Any]) -> Place:
    """The place with these settings in place of its own, without those they rule out."""
    told = place.telling(**wrong)
    protocol = told.settings["WHALECURVE_SECURITY_PROTOCOL"]
    out = {"plaintext": ("SASL", "TLS"), "ssl": ("SASL",), "sasl_ssl": ()}[protocol]
    left = {name: text for name, text in told.settings.items() if name.split("_")[1] not in out}
    return replace(place, settings=left)


FAULTS: Final = (
    "plaintext at a port with TLS",
    "TLS at a plaintext port",
    "TLS before 1.2",
    "an unknown authority",
    "another host's certificate",
    "an expired certificate",
    "no client certificate",
    "a user where none is asked for",
    "no user where one is asked for",
    "a wrong password",
    "an unknown user",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_why_a_door_stays_shut_is_said(
    secured: SecuredKafka, places: dict[str, Place], old_server: str, tmp_path: Path, fault: str
) -> None:
    wrong, words = faults(secured, old_server, tmp_path)[fault]
    with pytest.raises(AccessError) as refused:
        check_topics(settings_of(told_otherwise(places["worker"], wrong)))
    assert words in str(refused.value)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("call", ["topics check", "worker", "tail at-risk"])
@pytest.mark.parametrize("fault", ["an unknown authority", "a wrong password"])
def test_why_a_door_stays_shut_is_one_line_of_every_command(
    secured: SecuredKafka,
    places: dict[str, Place],
    old_server: str,
    tmp_path: Path,
    fault: str,
    call: str,
) -> None:
    wrong, words = faults(secured, old_server, tmp_path)[fault]
    done = command(told_otherwise(places["worker"], wrong), *call.split())
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert words in line
    assert CANARY not in line


def test_no_library_speaks_tls_before_1_2(
    places: dict[str, Place], old_server: str, secured: SecuredKafka
) -> None:
    assert handshake(old_server, secured.papers.ca) == "TLSv1.1"  # it is the server's only language
    settings = settings_of(places["worker"].telling(broker=old_server))
    errors: list[Any] = []
    consumer = Consumer(
        librdkafka_options(settings) | {"group.id": "old", "error_cb": errors.append}
    )

    def refused() -> bool:
        return consumer.poll(0.1) is None and "protocol version" in str(errors)

    wait_until("librdkafka is told that its versions are too new", refused, SECONDS)
    consumer.close()
    with pytest.raises(AccessError, match=r"speaks no TLS 1\.2 or newer"):
        probe(settings)


def test_a_client_certificate_with_a_locked_key_opens_for_every_library(
    secured: SecuredKafka, places: dict[str, Place], tmp_path: Path
) -> None:
    paper = secured.papers.paper("worker", "worker", password=CANARY)
    (tmp_path / "key.password").write_text(f"{CANARY}\n")
    place = told_otherwise(places["worker"], {"security_protocol": "ssl"}).telling(
        broker=secured.address(MUTUAL),
        tls_certificate_file=paper.certificate,
        tls_key_file=paper.key,
        tls_key_password_file=tmp_path / "key.password",
    )
    settings = settings_of(place)
    probe(settings)
    assert require_topics(settings)
    Changelog(settings, 0).read(Progress(), lambda: False)


# a password that changes


@pytest.fixture
def watch(secured: SecuredKafka) -> Iterator[Watch]:
    """How far the worker has come, as the super user sees it."""
    with closing(Watch(Place(secured.node.address, PREFIX, APP_ID, PARTITIONS))) as watching:
        yield watching


def test_who_is_asked_for_the_password_again_and_again_goes_on(
    secured: SecuredKafka, places: dict[str, Place], crew: Crew, watch: Watch
) -> None:
    worker = crew.start_ready(
        places["worker"].telling(broker=secured.address(HASTY), clock="event")
    )
    for number in range(2):
        time.sleep(HASTY_MS / 1000)
        send(places["upstream"], f"patient-{number}")
        crew.wait_until_read(watch, SECONDS)
    worker.kill()


def test_a_new_password_is_nothing_to_a_worker_that_is_connected(
    secured: SecuredKafka, places: dict[str, Place], crew: Crew, watch: Watch
) -> None:
    crew.start_ready(places["worker"].telling(clock="event"))
    secured.user("worker", f"another {CANARY}")
    try:
        send(places["upstream"], "unmoved")
        crew.wait_until_read(watch, SECONDS)
        crew.stop_all()
    finally:
        secured.user("worker", password("worker"))


def test_a_new_password_ends_a_worker_that_is_asked_for_it_and_the_next_one_has_it(
    secured: SecuredKafka, places: dict[str, Place], crew: Crew
) -> None:
    place = places["worker"].telling(broker=secured.address(HASTY), clock="event")
    worker = crew.start_ready(place)
    secured.user("worker", f"another {CANARY}")
    ends_with(worker, "knows no user worker with this password")
    Path(place.settings["WHALECURVE_SASL_PASSWORD_FILE"]).write_text(f"another {CANARY}")
    worker = crew.start(place)
    worker.wait_for_start()  # it pages once it was let in
    worker.stop()
