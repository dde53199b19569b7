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

say() { printf '%s\n' "$*" >&2; }

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

# traffic NAME SCALE SEED BASE OBJECTIVES TARGETS...: one stream of the scenario.
traffic() {
  local name=$1 scale=$2 seed=$3 base=$4 first=$5 second=$6
  shift 6
  local source
  if [[ -r $trace ]]; then
    source=(--trace "$trace" --from "$trace_from" --to "$trace_to" --speed "$trace_speed"
      --scale "$scale")
  else
    source=(--shape ramp-flash --rate "$base" --duration "${fallback_seconds}s")
  fi
  "$headroom" load "$@" "${source[@]}" --seed "$seed" --connections 400 \
    --objective "1:$first" --objective "2:$second" \
    --log "$out/client-$name.jsonl" --format json >"$out/load-$name.json" 2>"$out/load-$name.log" &
  pids+=($!)
}

fresh_folder
[[ -r $trace ]] || say "the recorded trace is not here ($trace): a generated day takes its place"
"$headroom" run -f "$file" 2>"$out/run.log" &
run_pid=$!
pids+=("$run_pid")
wait_until_ready
started=$(date +%s)

traffic checkout "$checkout_scale" "$checkout_seed" "$checkout_fallback_base" \
  p99=250ms p99=150ms $checkout_targets
traffic catalog "$catalog_scale" "$catalog_seed" "$catalog_fallback_base" \
  p99=200ms p99=100ms $catalog_targets
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
"$headroom" report -j "$out/headroom.journal" --from "$started" --to "$ended" \
  --load "checkout=$out/load-checkout.json" --load "catalog=$out/load-catalog.json" \
  --html "$out/report.html"
printf '\n'
python3 tests/e2e/reconcile.py --client "$out"/client-*.jsonl --gateway "$out/access.jsonl" \
  --service "$out/checkout.jsonl" "$out/catalog.jsonl"
