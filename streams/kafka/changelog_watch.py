"""Whether the changelog is still the topic that it was when the worker started.

A topic that is deleted and made anew under a worker takes its commits as before, and what was in it
is lost. Only the broker's id of the topic tells.
"""

import threading
from collections.abc import Callable
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.base.errors import OperatorError
from schemas.topics.declared import CHANGELOG
from streams.config.settings import Settings
from streams.kafka.access import AccessError
from streams.kafka.topics import BrokerMissingError, connect, topic_id_of

LOOK_EVERY_S: Final = 5.0
"""A look is one request of a kept connection; what is committed in between the rows tell of."""


class ChangelogLostError(OperatorError):
    """The changelog is another topic now."""


class ChangelogWatch:
    """Looks in a thread, and fails once the topic's id differs."""

    def __init__(
        self, settings: Settings, topic_id: str, fail: Callable[[BaseException], None]
    ) -> None:
        """Where the broker has no ids (an empty one) there is nothing to look at."""
        self._settings, self._topic_id, self._fail = settings, topic_id, fail
        self._name = settings.names.of(CHANGELOG)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="changelog", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        if self._topic_id:
            self._thread.start()

    def stop(self) -> None:
        """Looks no more; a look that waits for the broker ends by itself."""
        self._stopped.set()

    def _run(self) -> None:
        admin = None
        while not self._stopped.wait(LOOK_EVERY_S):
            try:
                admin = admin or connect(self._settings)
                found = self._look(admin)
            except (KafkaError, OSError, ValueError, BrokerMissingError, AccessError):
                # a broker that is away is waited for; whoever is turned away hears of it elsewhere
                if admin is not None:
                    admin.close()
                admin = None
                continue
            if found not in ("", self._topic_id):
                self._fail(
                    ChangelogLostError(
                        f"{self._name} was deleted and made anew while this worker ran (the topic "
                        f"{self._topic_id}, found {found}): what was in it is lost; start a new "
                        "WHALECURVE_APP_ID"
                    )
                )
                return

    def _look(self, admin: KafkaAdminClient) -> str:
        """The topic's id; empty while it is not there."""
        [described] = admin.describe_topics([self._name])
        return topic_id_of(described)
