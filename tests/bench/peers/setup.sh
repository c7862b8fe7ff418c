#!/usr/bin/env bash
# setup.sh: builds what the harness needs, all of it under PEERS_WORK: a virtual
# environment, the Java peers and Kafka's own jars. PYTHON names the interpreter (3.11).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

"${PYTHON:-python3}" -m venv "$PEERS_WORK/venv"
"$PEERS_WORK/venv/bin/pip" install --quiet --requirement "$PEERS_HOME/requirements.txt"
for project in broker kstreams; do
  mvn --quiet --batch-mode --file "$PEERS_HOME/java/$project.xml" \
    -Dpeers.target="$PEERS_WORK/$project" package
done
echo "ready in $PEERS_WORK; next: ./broker.sh start"
