#!/usr/bin/env bash
# Restores, builds, checks the format and runs every test. Ends with "N passed, M failed".
#   ./test.sh         default run     ./test.sh --all   with the tiers Slow and Gpu
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if ! command -v dotnet >/dev/null; then
  echo "The .NET SDK 10 is needed and 'dotnet' is not on the PATH. Install it from https://dotnet.microsoft.com/download" >&2
  exit 2
fi
if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests"
    apt-get update -qq >/dev/null && apt-get install -y -qq chromium >/dev/null || echo "Chromium could not be installed: the browser tests will be skipped" >&2
  else
    echo "Chromium is missing: the browser tests will be skipped (Debian: apt-get install chromium)" >&2
  fi
fi
if [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || ! command -v go >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Go and its transparency log package, the outside judge of the ledger"
    apt-get update -qq >/dev/null && apt-get install -y -qq golang-go golang-golang-x-mod-dev >/dev/null || echo "Go could not be installed: the outside judge will be skipped" >&2
  else
    echo "Go is missing: the outside judge of the ledger will be skipped (Debian: apt-get install golang-go golang-golang-x-mod-dev)" >&2
  fi
fi

dotnet restore Assay.slnx --locked-mode -v quiet || exit 1
dotnet build Assay.slnx --no-restore -c Release -v quiet || exit 1
dotnet format whitespace --folder . --verify-no-changes || exit 1

filter=(--filter-not-trait Tier=Slow --filter-not-trait Tier=Gpu)
[ "${1:-}" = --all ] && filter=()
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0 failed=0 broken=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  program="artifacts/bin/$name/release/$name"
  echo "== $name"
  "$program" "${filter[@]}" --ignore-exit-code 8 --no-ansi --no-progress --output Normal >"$log/$name" 2>&1
  code=$?
  read -r ok bad < <(awk '/^ *succeeded: /{s=$2} /^ *failed: /{f=$2} END{print s+0, f+0}' "$log/$name")
  passed=$((passed + ok)) failed=$((failed + bad))
  if [ "$code" != 0 ]; then
    tail -n 200 "$log/$name"
    # A test program that dies (a crash, no summary) counts as one failure.
    [ "$bad" = 0 ] && { failed=$((failed + 1)); echo "$name ended with exit code $code"; }
  else
    tail -n 8 "$log/$name" | sed -n '/total:/p;/duration:/p'
  fi
done
skipped=$(grep -h -A1 -i '^skipped ' "$log"/* || true)
[ -n "$skipped" ] && printf 'Skipped:\n%s\n' "$skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
