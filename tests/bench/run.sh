#!/usr/bin/env bash
# make bench: throughput and cost against Kafka Streams and textbook Faust, latency, and a restore.
# EVENTS (1000000), ROUNDS (3) and FAUST_EVENTS (100000) may be set; 0 FAUST_EVENTS leaves it out.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
export WHALECURVE_BIN="${WHALECURVE_BIN:-$root/.venv/bin/whalecurve}"
source "$here/peers/env.sh"

if [ ! -x "$PEERS_WORK/venv/bin/python" ]; then
  echo "once: the peers' environment and jars, in $PEERS_WORK …"
  "$here/peers/setup.sh"
fi
"$here/peers/broker.sh" start
trap '"$here/peers/broker.sh" stop' EXIT

run() { echo; echo "\$ run.sh $*"; "$here/peers/run.sh" "$@"; }
run bench --compare kstreams-eos,whalecurve "${EVENTS:-1000000}" --rounds "${ROUNDS:-3}" || true
if [ "${FAUST_EVENTS:-100000}" -gt 0 ]; then
  run bench --compare faust,whalecurve "${FAUST_EVENTS:-100000}" || true
fi
run lat whalecurve --rate 5000 --seconds 15
echo
"$PEERS_WORK/venv/bin/python" "$here/restore.py" "${EVENTS:-1000000}"
