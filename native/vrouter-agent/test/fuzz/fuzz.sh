#!/bin/sh
# Fuzzes the agent's packet parsers with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer:
#   fuzz.sh SECONDS [CORPUS_DIRECTORY]     new inputs go to CORPUS_DIRECTORY (default: corpus, beside this script)
# Needs clang with its run-time library (Debian: clang-14 libclang-rt-14-dev). Status 3: cannot run here.
set -eu
seconds=${1:?how many seconds}
here=$(cd "$(dirname "$0")" && pwd)
corpus=${2:-$here/corpus}
source=$here/../../src
clang=$(command -v clang++ || command -v clang++-14) || { echo "clang++ is missing (clang-14 libclang-rt-14-dev)" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/new"
"$clang" -std=c++17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I"$source" \
  "$here/fuzz_packets.cc" "$source/packet/ip.cc" "$source/packet/icmp.cc" "$source/packet/link.cc" \
  "$source/base/address.cc" "$source/spd/selector.cc" -o "$work/fuzz"
cd "$work"
"$work/fuzz" -max_total_time="$seconds" -max_len=2048 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
  -artifact_prefix="${FINDINGS:-$here/}finding-" "$work/new" "$corpus"
"$work/fuzz" -merge=1 -max_len=2048 "$corpus" "$work/new"
