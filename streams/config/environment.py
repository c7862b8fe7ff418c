"""What libraries would read of the environment at their import, and a worker does not let them.

Our settings are those of `WHALECURVE_…` alone. A variable that another program left behind, or
that an orchestrator sets for all it starts, must neither end a worker nor change what it does.
"""

from collections.abc import MutableMapping
from typing import Final

_FAUST: Final = ("FAUST_", "F_")
"""Of Faust: a port that is no number ends its import, another loop replaces ours."""
_READ: Final = {
    "DEVLOG",
    "DJANGO_SETTINGS_MODULE",
    "NO_CYTHON",
    "PROMETHEUS_MULTIPROC_DIR",
    "TYPEXPR_DEBUG",
    "prometheus_multiproc_dir",
}
"""Single ones, of Faust, of mode and of prometheus_client, which would keep its counts in files."""


def hide_from_libraries(environment: MutableMapping[str, str]) -> None:
    """Takes out what they would read; to be called before the first of them is imported."""
    for name in list(environment):
        if name in _READ or name.startswith(_FAUST):
            del environment[name]
