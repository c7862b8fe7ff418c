"""A Kafka behind a door: TLS, SASL, Kafka's own authorizer, and a listener for every fault.

Its certificates are made anew each time, by `trustme`. Beside the listeners that tests come in by
there is a plain one on loopback: whoever comes in there is the super user, who makes users and
gives rights.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

from schemas.topics.acls import Right
from streams.demo.embedded_broker import HOST, claim_port
from tests.brokers.issuer import Issuer
from tests.brokers.jars import QUICK
from tests.brokers.kafka import KafkaNode

DOOR: Final = "DOOR"
"""TLS, and SCRAM-SHA-512 alone."""
MUTUAL: Final = "MUTUAL"
"""TLS, with a certificate of the client's."""
OPEN: Final = "OPEN"
"""TLS, and nobody is asked who he is."""
HASTY: Final = "HASTY"
"""As the first, and wants to hear the password again after so long."""
HASTY_MS: Final = 2_000
HOSTED: Final = "HOSTED"
"""As hosted Kafkas have it: TLS, and PLAIN, SCRAM-SHA-256 or a token."""
TOKEN_MS_MAX: Final = 3_600_000
EXPIRED: Final = "EXPIRED"
"""TLS, by a certificate that has expired."""
ELSEWHERE: Final = "ELSEWHERE"
"""TLS, by the certificate of another host."""
LISTENERS: Final = {
    DOOR: "SASL_SSL",
    HASTY: "SASL_SSL",
    HOSTED: "SASL_SSL",
    MUTUAL: "SSL",
    OPEN: "SSL",
    EXPIRED: "SSL",
    ELSEWHERE: "SSL",
}
SCRAM: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256")
MODULES: Final = "org.apache.kafka.common.security"
LOGIN: Final = f"{MODULES}.scram.ScramLoginModule required;"
TOKEN_LOGIN: Final = f"{MODULES}.oauthbearer.OAuthBearerLoginModule required;"
VALIDATOR: Final = f"{MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler"


@dataclass(frozen=True)
class Paper:
    """A certificate with its chain, and the key to it, as PEM files."""

    certificate: Path
    key: Path


class Papers:
    """An authority, and all that it signs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca))

    def paper(
        self, name: str, *identities: str, expired: bool = False, password: str = ""
    ) -> Paper:
        """A certificate for these hosts, or for one that is no host but the name of a client.

        With a password its key is locked.
        """
        until = datetime.now(UTC) - timedelta(days=1) if expired else None
        made = self._authority.issue_cert(
            *identities, common_name=name, not_before=datetime(2020, 1, 1, tzinfo=UTC),
            not_after=until,
        )  # fmt: skip
        paper = Paper(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        paper.certificate.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
        # Java reads PKCS 8 alone
        key = load_pem_private_key(made.private_key_pem.bytes(), None)
        lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        paper.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        return paper


class SecuredKafka:
    """The node, its papers, its users and their rights."""

    def __init__(
        self,
        folder: Path,
        *,
        plain: Mapping[str, str] | None = None,
        issuer: Issuer | None = None,
    ) -> None:
        """`plain` are passwords by user of PLAIN; whose tokens it takes is the `issuer`."""
        self.papers = Papers(folder)
        self._folder = folder
        self._ports = {name: claim_port(0) for name in LISTENERS}
        hosted = self._hosted(plain or {}, issuer)
        self.node = KafkaNode(
            overrides={**self._properties(), **hosted},
            listeners=self._ports,
            jvm=QUICK if issuer is None else (*QUICK, issuer.allowed),
        )

    def address(self, listener: str = DOOR) -> str:
        """`host:port` of a listener."""
        return f"{HOST}:{self._ports[listener]}"

    def _properties(self) -> dict[str, str]:
        papers = self.papers
        here = papers.paper("kafka", HOST)
        stores = {
            DOOR: here,
            HASTY: here,
            HOSTED: here,
            MUTUAL: here,
            OPEN: here,
            EXPIRED: papers.paper("expired", HOST, expired=True),
            ELSEWHERE: papers.paper("elsewhere", "elsewhere.example.org"),
        }
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT", **LISTENERS}
        properties = {
            "listener.security.protocol.map": ",".join(f"{a}:{b}" for a, b in protocols.items()),
            "inter.broker.listener.name": "PLAINTEXT",
            "sasl.enabled.mechanisms": SCRAM[0],
            f"listener.name.{DOOR.lower()}.scram-sha-512.sasl.jaas.config": LOGIN,
            f"listener.name.{HASTY.lower()}.scram-sha-512.sasl.jaas.config": LOGIN,
            f"listener.name.{HASTY.lower()}.scram-sha-512.connections.max.reauth.ms": str(HASTY_MS),
            # who comes with a certificate is who it says
            "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": "User:ANONYMOUS",
        }
        for listener, paper in stores.items():
            properties |= self._store(listener, paper)
        return properties

    def _hosted(self, plain: Mapping[str, str], issuer: Issuer | None) -> dict[str, str]:
        listener = f"listener.name.{HOSTED.lower()}"
        users = " ".join(f'user_{name}="{text}"' for name, text in plain.items())
        properties = {
            f"{listener}.plain.sasl.jaas.config": f"{MODULES}.plain.PlainLoginModule required "
            f"{users};",
            f"{listener}.scram-sha-256.sasl.jaas.config": LOGIN,
        }
        mechanisms = ["PLAIN", SCRAM[1]]
        if issuer is not None:
            mechanisms.append("OAUTHBEARER")
            properties |= {
                f"{listener}.oauthbearer.sasl.jaas.config": TOKEN_LOGIN,
                f"{listener}.oauthbearer.sasl.server.callback.handler.class": VALIDATOR,
                # the default one took every signature: it chose the check that clients make
                "sasl.oauthbearer.jwt.validator.class": f"{MODULES}.oauthbearer.BrokerJwtValidator",
                # nobody stays longer than his token holds
                f"{listener}.oauthbearer.connections.max.reauth.ms": str(TOKEN_MS_MAX),
                "sasl.oauthbearer.jwks.endpoint.url": issuer.keys.as_uri(),
            }
        return properties | {f"{listener}.sasl.enabled.mechanisms": ",".join(mechanisms)}

    def _store(self, listener: str, paper: Paper) -> dict[str, str]:
        store = self._folder / f"{listener}.store.pem"
        store.write_bytes(paper.key.read_bytes() + paper.certificate.read_bytes())
        prefix = f"listener.name.{listener.lower()}.ssl"
        return {
            f"{prefix}.keystore.type": "PEM",
            f"{prefix}.keystore.location": str(store),
            f"{prefix}.truststore.type": "PEM",
            f"{prefix}.truststore.location": str(self.papers.ca),
            f"{prefix}.client.auth": "required" if listener == MUTUAL else "none",
        }

    def user(self, name: str, password: str) -> None:
        """Makes a user, or gives him another password."""
        for mechanism in SCRAM:
            said = self._admin.alter_user_scram_credentials(
                [UserScramCredentialUpsertion(name, mechanism, password)]
            )
            assert said == {name: None}

    def grant(self, name: str, rights: Iterable[Right]) -> None:
        """Gives a user these rights."""
        done = self._admin.create_acls([ACL(*_acl(name, right)) for right in rights])
        assert not done["failed"]

    def revoke(self, name: str, rights: Iterable[Right]) -> None:
        """Takes these rights from a user, who has to have them."""
        for _, taken, _ in self._admin.delete_acls(
            [ACLFilter(*_acl(name, right)) for right in rights]
        ):
            assert len(taken) == 1

    @cached_property
    def _admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(bootstrap_servers=self.node.address)

    def close(self) -> None:
        """Ends the node and its client."""
        self._admin.close()
        self.node.kill()  # an orderly end takes its time, and its data go anyway
        self.node.close()


def _acl(name: str, right: Right) -> tuple[Any, ...]:
    pattern = "PREFIXED" if right.prefixed else "LITERAL"
    return (
        f"User:{name}",
        "*",
        ACLOperation[right.operation.name],
        ACLPermissionType.ALLOW,
        ResourcePattern(
            ResourceType[right.resource.name], right.name, ACLResourcePatternType[pattern]
        ),
    )
