#!/bin/bash
# Measures the way through one local Apache Kafka, all on this machine: generator -> hop -> sink.
#   run.sh [RATE [SECONDS [LINGER_MS [BYTES]]]]    the bare loop: 1000 messages/s, 20 s, linger 0, 366 bytes
#   run.sh compare [RATE [SECONDS [ROUNDS]]]       the bare loop and vane in turns: 1000 events/s, 10 s, 5 rounds; medians and their difference
#                                                  (one more round before them warms the broker up)
# The first tenth is warm-up. VANE_KAFKA=host:port uses a broker that runs already. HOP replaces the bare loop by another program, which is
# given BROKERS FROM TO LINGER_MS; vane-hop.sh is the one for vane, and HOP_DELIVERY its mode of delivery.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shared=${VANE_SHARED:-$here/../../../shared}

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

# measure NAME RATE SECONDS LINGER_MS BYTES HOP...: leaves the sink's line in $folder/result
measure() {
    local name=$1 rate=$2 seconds=$3 linger=$4 bytes=$5
    shift 5
    local from=floor-$$-$name-from to=floor-$$-$name-to count=$((rate * seconds))
    for topic in "$from" "$to"; do
        "$shared/kafka/bin/kafka-local" tool topics --bootstrap-server "$brokers" --create --topic "$topic" --partitions 4 >/dev/null
    done
    "$@" "$brokers" "$from" "$to" "$linger" &
    hop_process=$!
    "$folder/floor" sink "$brokers" "$to" "$count" $((count / 10)) >"$folder/result" &
    local sink_process=$!
    "$folder/floor" generate "$brokers" "$from" "$rate" "$seconds" "$bytes"
    wait "$sink_process"
    kill "$hop_process"
    wait "$hop_process" || true
    hop_process=''
}

# The middle one of the p50 in a file of results.
median() { sed 's/.*p50 \([0-9.]*\) .*/\1/' "$1" | sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

if [ "${1:-}" = compare ]; then
    rate=${2:-1000} seconds=${3:-10} rounds=${4:-5}
    measure warm-up "$rate" 5 0 366 "$folder/floor" hop >/dev/null
    for round in $(seq "$rounds"); do
        measure "bare$round" "$rate" "$seconds" 0 366 "$folder/floor" hop >/dev/null
        tee -a "$folder/bare" <"$folder/result" | sed 's/^/bare loop: /'
        measure "vane$round" "$rate" "$seconds" 0 366 "$here/vane-hop.sh" >/dev/null
        tee -a "$folder/vane" <"$folder/result" | sed 's/^/vane:      /'
    done
    bare=$(median "$folder/bare") vane=$(median "$folder/vane")
    echo "median of $rounds rounds at $rate/s: bare loop $bare ms, vane $vane ms, difference $(awk "BEGIN { printf \"%.2f\", $vane - $bare }") ms"
else
    rate=${1:-1000} seconds=${2:-20} linger=${3:-0} bytes=${4:-366}
    read -ra hop <<<"${HOP:-$folder/floor hop}"
    measure run "$rate" "$seconds" "$linger" "$bytes" "${hop[@]}"
    echo "rate $rate/s, linger $linger ms, $bytes bytes: $(cat "$folder/result")"
fi
