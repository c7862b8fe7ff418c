"""Tokens are kept until they are old; an endpoint that is away is no refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.config.tokens import TokenError, TokenRequest, Tokens
from streams.demo.embedded_broker import HOST, claim_port
from tests.brokers.issuer import Issuer, TokenEndpoint
from tests.brokers.secured_kafka import Papers

CANARY = "kanarienvogel"
SECONDS = 100.0


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path / "papers")


@pytest.fixture
def endpoint(papers: Papers, tmp_path: Path) -> Iterator[TokenEndpoint]:
    issuer = Issuer(tmp_path / "issuer")
    with TokenEndpoint(issuer, papers.paper("endpoint", HOST), {"worker": CANARY}) as endpoint:
        endpoint.seconds = SECONDS
        yield endpoint


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(endpoint: TokenEndpoint, papers: Papers, clock: Clock) -> Tokens:
    return Tokens(TokenRequest(endpoint.url, "worker", CANARY, "", papers.ca), clock)


def test_one_token_serves_for_three_quarters_of_its_life(
    endpoint: TokenEndpoint, tokens: Tokens, clock: Clock
) -> None:
    first = tokens.get()
    clock.now += 0.74 * SECONDS
    assert tokens.get() == first
    assert len(endpoint.asked) == 1
    clock.now += 0.02 * SECONDS
    tokens.get()
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_old_token_serves_while_the_endpoint_has_none_and_no_longer_than_it_holds(
    endpoint: TokenEndpoint, tokens: Tokens, clock: Clock, status: int
) -> None:
    first = tokens.get()
    endpoint.answer = status, b""
    clock.now += 0.99 * SECONDS
    assert tokens.get() == first
    clock.now += 0.02 * SECONDS
    with pytest.raises(TokenError, match=f"has no token now .{status}.") as passes:
        tokens.get()
    assert not passes.value.refused
    endpoint.answer = None
    tokens.get()


def test_a_refusal_counts_though_the_old_token_holds(
    endpoint: TokenEndpoint, tokens: Tokens, clock: Clock
) -> None:
    tokens.get()
    endpoint.secrets.clear()
    clock.now += 0.8 * SECONDS
    with pytest.raises(TokenError, match="401, invalid_client") as refused:
        tokens.get()
    assert refused.value.refused


@pytest.mark.parametrize(
    "answer",
    [
        (200, b'{"access_token": "a", "expires_in": 0}'),
        (200, b'{"access_token": "a", "expires_in": "NaN"}'),
        (200, b'{"access_token": "a\\nb", "expires_in": 9}'),
        (200, b'{"access_token": 7, "expires_in": 9}'),
        (200, b'{"access_token": "a"}'),
        (200, b"[]"),
        (200, b"\xff"),
        (302, b""),
        (404, CANARY.encode()),
        (400, b'{"error": "' + CANARY.encode() + b'"}'),
    ],
)
def test_what_is_no_token_is_refused_and_not_repeated(
    endpoint: TokenEndpoint, tokens: Tokens, answer: tuple[int, bytes]
) -> None:
    endpoint.answer = answer
    with pytest.raises(TokenError) as refused:
        tokens.get()
    assert refused.value.refused
    assert CANARY not in str(refused.value)
    assert endpoint.url in str(refused.value)
    assert len(endpoint.asked) == 1  # a redirect is not followed: it would take the secret along


def test_an_endpoint_that_is_away_may_come_back(papers: Papers) -> None:
    nobody = f"https://{HOST}:{claim_port(0)}/token"
    request = TokenRequest(nobody, "worker", CANARY, "", papers.ca)
    with pytest.raises(TokenError, match="does not answer") as away:
        Tokens(request).get()
    assert not away.value.refused
    assert CANARY not in repr(request)


def test_an_endpoint_with_a_stranger_s_certificate_gets_no_secret(
    endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    stranger = Papers(tmp_path / "stranger").ca
    with pytest.raises(TokenError, match="look at WHALECURVE_OAUTH_CA_FILE") as refused:
        Tokens(TokenRequest(endpoint.url, "worker", CANARY, "", stranger)).get()
    assert refused.value.refused
    assert endpoint.asked == []
