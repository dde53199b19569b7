#!/usr/bin/env bash
# Builds the example services into build/examples/{checkout,catalog}, with build/shop for what a
# run of them writes. Sourced, it only defines the functions examples_setup and examples_build.

examples_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
examples_out=${EXAMPLES_OUT:-$examples_dir/../build/examples}

# Runs a command and shows its output only when it fails.
examples_quietly() {
  local what=$1 output
  shift
  if ! output=$("$@" 2>&1); then
    printf '%s\n%s failed: %s\n' "$output" "$what" "$*" >&2
    return 1
  fi
}

# The first of these commands that is there: PATH first, then where installers leave compilers.
examples_find() {
  local candidate
  for candidate in "$@"; do
    if command -v "$candidate" >/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}
examples_go() { examples_find go /usr/local/go/bin/go /usr/lib/go-1.19/bin/go; }
examples_cargo() { examples_find cargo "$HOME/.cargo/bin/cargo" /usr/bin/cargo; }

examples_target() { realpath -m "${CARGO_TARGET_DIR:-$examples_out/cargo}"; }

# Installs Debian's compilers where there are none: golang 1.19, and rustc-web because Debian 12's
# plain rustc is too old for the crates in Cargo.lock.
examples_setup() {
  local missing=() as_root=()
  examples_go >/dev/null || missing+=(golang-go)
  examples_cargo >/dev/null || missing+=(rustc-web cargo-web)
  if ((${#missing[@]} == 0)); then return 0; fi
  if ((EUID != 0)); then as_root=(sudo); fi
  echo "examples: installing ${missing[*]}" >&2
  examples_quietly 'apt-get update' "${as_root[@]}" apt-get update || return
  examples_quietly 'installation' "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"
}

examples_build() {
  local go cargo out target
  go=$(examples_go) || { echo "examples: no Go compiler; run '$0 setup'" >&2; return 1; }
  cargo=$(examples_cargo) || { echo "examples: no cargo; run '$0 setup'" >&2; return 1; }
  mkdir -p "$examples_out" "$examples_out/../shop"
  out=$(realpath "$examples_out")
  target=$(examples_target)
  # Each step returns on failure by itself: a caller may have sourced this without `set -e`.
  examples_quietly 'building examples/checkout' env -C "$examples_dir/checkout" \
    GOTOOLCHAIN=local CGO_ENABLED=0 \
    "$go" build -trimpath -buildvcs=false -o "$out/checkout" . || return
  examples_quietly 'building examples/catalog' env -C "$examples_dir/catalog" \
    "$cargo" build --quiet --locked --release --target-dir "$target" || return
  # A copy by rename: replicas that run the old binary keep it, and see that the path changed.
  if ! cmp -s "$target/release/catalog" "$out/catalog"; then
    cp "$target/release/catalog" "$out/catalog.new"
    mv "$out/catalog.new" "$out/catalog"
  fi
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  case ${1:-build} in
    setup) examples_setup ;;
    build) examples_setup && examples_build ;;
    *) echo "usage: $0 [setup|build]" >&2; exit 2 ;;
  esac
fi
