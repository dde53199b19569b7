#!/usr/bin/env bash
# The demo: both services under the shop's traffic, a live view, a verdict and a report.
# `./dev demo` builds everything and then runs this. HEADROOM names another build of the program,
# SHOP_FILE another headroom.yaml for the same two services, SHOP_VIEW=no leaves the live view out.
set -euo pipefail
cd "$(dirname "$0")/../.."

headroom=${HEADROOM:-build/release/src/headroom}
out=build/shop
admin=127.0.0.1:9900
file=${SHOP_FILE:-examples/shop/headroom.yaml}
. examples/shop/scenario.env

say() { printf '%s\n' "$*" | fold -s -w 80 | sed 's, *$,,' >&2; }

usage() {
  cat <<'TEXT'
usage: ./dev demo [--surprise | --recorded]

  (nothing)    a made day with a flash crowd, in two minutes; exit code 3 when
               an objective or 0.75 x the smallest fixed fleet is missed
  --surprise   a crowd that comes at once, which nothing announces
  --recorded   a recorded day, where ../shared/traces is at hand
TEXT
}

traffic=day
case "$*" in
  '') ;;
  --surprise) traffic=surprise ;;
  --recorded) traffic=recorded ;;
  --help | -h) usage && exit ;;
  *) usage >&2 && exit 2 ;;
esac
if [[ $traffic == recorded && ! -r $trace ]]; then
  say "the recorded day is not here: $(realpath -m "$trace")"
  exit 2
fi

# Sets `source`: the options of headroom load for one stream, by its name in the scenario.
source_of() {
  local base=$1_base scale=$1_scale seed=$1_seed
  case $traffic in
    day) source=(--shape day --rate "${!base}" --duration "${made_seconds}s") ;;
    surprise) source=(--shape ramp-flash --rate "${!base}" --duration "${made_seconds}s") ;;
    recorded) source=(--trace "$trace" --from "$trace_from" --to "$trace_to"
      --speed "$trace_speed" --scale "${!scale}") ;;
  esac
  source+=(--seed "${!seed}")
}

# What comes, and how steep its crowd is beside the steepest recorded one.
announce() {
  local doubles speed=$made_speed
  source_of checkout
  doubles=$("$headroom" load $checkout_targets "${source[@]}" --dry-run --format json |
    sed -n 's/.*"doubles_within_s": \([0-9.]*\).*/\1/p')
  [[ $traffic == recorded ]] && speed=$trace_speed
  local beside
  beside=$(awk -v s="$doubles" -v speed="$speed" -v recorded="$steepest_minutes" 'BEGIN {
    minutes = s * speed / 60
    printf "doubles demand within %.2g minutes of its day, %.1f s here. ", minutes, s
    printf "The steepest recorded one took %g", recorded
    printf " (SOURCE): this one is %.2g x as fast by its day", recorded / minutes
    printf " and %.3g x by the clock.", recorded * 60 / s }')
  beside=${beside/SOURCE/$steepest_source}
  case $traffic in
    day) say "A made day of 6.5 hours in $made_seconds s. Its crowd $beside" ;;
    recorded) say "A recorded day, 15 June 1998, $trace_speed times as fast. Its crowd $beside" ;;
    surprise) say "A crowd that nothing announces: demand doubles within" \
      "$(printf '%.1f' "$doubles") s, faster than a replica starts. What comes meanwhile is" \
      "lost in part, so 'MISSED' is the expected verdict." ;;
  esac
}

fresh_folder() {
  mkdir -p "$out"
  rm -rf "$out"/*.jsonl "$out"/*.json "$out"/headroom.journal* "$out"/state "$out"/report.html
}

pids=()
stop_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap stop_all EXIT
trap 'exit 130' INT TERM

give_up() {
  say "$1"
  cat "$out/run.log" >&2
  exit 1
}

wait_until_ready() {
  local deadline=$((SECONDS + 60))
  until curl -sf -o /dev/null "http://$admin/readyz"; do
    kill -0 "$run_pid" 2>/dev/null || give_up 'headroom did not start:'
    ((SECONDS < deadline)) || give_up 'no service was ready within a minute:'
    sleep 0.2
  done
}

# send NAME FIRST SECOND: one stream of the scenario, with the objectives of its two targets.
send() {
  local name=$1 targets=$1_targets
  source_of "$name"
  "$headroom" load ${!targets} "${source[@]}" --connections 400 \
    --objective "1:$2" --objective "2:$3" \
    --log "$out/client-$name.jsonl" --format json >"$out/load-$name.json" 2>"$out/load-$name.log" &
  pids+=($!)
}

announce
fresh_folder
"$headroom" run -f "$file" 2>"$out/run.log" &
run_pid=$!
pids+=("$run_pid")
wait_until_ready
started=$(date +%s)

send checkout p99=250ms p99=150ms
send catalog p99=200ms p99=100ms
loads=("${pids[@]: -2}")

if [[ ${SHOP_VIEW:-yes} == yes ]]; then
  "$headroom" top --admin "$admin" &
  top_pid=$!
  pids+=("$top_pid")
fi
for pid in "${loads[@]}"; do wait "$pid" || say "a load generator ended with $?"; done
ended=$(date +%s)
if [[ -n ${top_pid:-} ]]; then
  kill "$top_pid" 2>/dev/null || true
  wait "$top_pid" 2>/dev/null || true
fi

kill "$run_pid"
wait "$run_pid" || say "headroom ended with $?"
printf '\n'
status=0
python3 tests/e2e/reconcile.py --client "$out"/client-*.jsonl --gateway "$out/access.jsonl" \
  --service "$out/checkout.jsonl" "$out/catalog.jsonl" || status=$?
printf '\n'
required=(--require met --require 'fixed<0.75')
[[ $traffic == surprise ]] && required=()
"$headroom" report -j "$out/headroom.journal" --from "$started" --to "$ended" \
  --load "checkout=$out/load-checkout.json" --load "catalog=$out/load-catalog.json" \
  --html "$out/report.html" "${required[@]}" || status=$?
exit "$status"
