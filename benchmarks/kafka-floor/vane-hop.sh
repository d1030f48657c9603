#!/bin/bash
# vane in the place of the bare loop: every event of FROM becomes an alert in TO, with two indicators. VANE names the program.
#   vane-hop.sh BROKERS FROM TO LINGER_MS
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vane=${VANE:-$here/../../.build/optimized/release/vane}
folder=$(mktemp -d "${TMPDIR:-/tmp}/vane-hop.XXXXXX")
trap 'rm -rf "$folder"' EXIT

cat >"$folder/schema.yaml" <<EOF
events:
  transaction:
    topic: $2
    id: event_id
    time: event_time
    fields:
      account_id: {type: string}
      amount: {type: decimal, scale: 2}
entities:
  account: {key: account_id, history: 30d, record: [amount]}
EOF
cat >"$folder/package.yaml" <<EOF
package: every
version: "1"
on: [transaction]
indicators:
  - {id: count_1h, entity: account, aggregate: count, window: 1h}
  - {id: sum_1h, entity: account, aggregate: sum(amount), window: 1h}
rules:
  - {id: every, kind: score, score: 50, when: 'count_1h >= 1 && sum_1h > 0.0'}
decide: {score: sum, levels: {yellow: 40}}
EOF
cat >"$folder/vane.yaml" <<EOF
schema: schema.yaml
packages: [{path: package.yaml}]
kafka:
  bootstrap: "$1"
  group: $3
  delivery: ${HOP_DELIVERY:-at-least-once}
  topics: {alerts: $3}
  producer: {linger.ms: $4}
  consumer: {topic.metadata.refresh.interval.ms: 1000}
EOF
# Not exec: the folder goes when the process has ended.
env -u VANE_KAFKA -u VANE_SHARED "$vane" run --config "$folder/vane.yaml" 2>"$folder/log" &
process=$!
trap 'kill $process; wait $process; rm -rf "$folder"; exit 0' TERM
# It does not end by itself: something is wrong.
wait $process || { cat "$folder/log" >&2; exit 1; }
