#!/bin/bash
# Measures the floor: generator -> hop -> sink over one local Apache Kafka, all on this machine.
#   run.sh [RATE [SECONDS [LINGER_MS [BYTES]]]]        1000 messages/s, 20 s, linger 0, 366 bytes
# The first tenth is warm-up. VANE_KAFKA=host:port uses a broker that runs already; HOP replaces the bare loop by another
# program, which is given BROKERS FROM TO LINGER_MS: that is how the same load is put on Vane.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shared=${VANE_SHARED:-$here/../../../shared}
rate=${1:-1000} seconds=${2:-20} linger=${3:-0} bytes=${4:-366}

folder=$(mktemp -d "${TMPDIR:-/tmp}/kafka-floor.XXXXXX")
hop_process='' broker=''
clean() {
    [ -z "$hop_process" ] || kill "$hop_process" 2>/dev/null || true
    [ -z "$broker" ] || "$shared/kafka/bin/kafka-local" kill "$folder/kafka" || true
    rm -rf "$folder"
}
trap clean EXIT

cc -O2 -Wall -Wextra -Werror -o "$folder/floor" "$here/floor.c" -lrdkafka
if [ -n "${VANE_KAFKA:-}" ]; then
    brokers=$VANE_KAFKA
else
    broker=started
    brokers=$("$shared/kafka/bin/kafka-local" start "$folder/kafka" | tail -1)
fi
from=floor-from-$$ to=floor-to-$$
for topic in "$from" "$to"; do
    "$shared/kafka/bin/kafka-local" tool topics --bootstrap-server "$brokers" --create --topic "$topic" --partitions 4 >/dev/null
done

count=$((rate * seconds))
read -ra hop <<<"${HOP:-$folder/floor hop}"
"${hop[@]}" "$brokers" "$from" "$to" "$linger" &
hop_process=$!
"$folder/floor" sink "$brokers" "$to" "$count" $((count / 10)) >"$folder/result" &
sink_process=$!
"$folder/floor" generate "$brokers" "$from" "$rate" "$seconds" "$bytes"
wait "$sink_process"
kill "$hop_process"; wait "$hop_process" || true
hop_process=''
echo "rate $rate/s, linger $linger ms, $bytes bytes: $(cat "$folder/result")"
