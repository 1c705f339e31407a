#!/bin/bash -eu
# Builds every fuzz target into $OUT, each with its seeds, its dictionary and its options. Called by
# the images of OSS-Fuzz and ClusterFuzzLite, which set SRC, OUT, WORK, SANITIZER and the compilers'
# flags, and by `ci/services`.
cd "$SRC/event-datagram"

cargo fuzz build -O --debug-assertions
programs=fuzz/target/x86_64-unknown-linux-gnu/release

# The same programs without an engine export the seeds. They run here, without the flags of the
# fuzzed programs.
env -u RUSTFLAGS -u CFLAGS -u CXXFLAGS SANITIZER=none \
    cargo build --manifest-path fuzz/Cargo.toml --no-default-features --target-dir "$WORK/replay"

for source in fuzz/fuzz_targets/*.rs; do
    target=$(basename "$source" .rs)
    cp "$programs/$target" "$OUT/"

    seeds=$WORK/seeds/$target
    rm -rf "$seeds"
    "$WORK/replay/debug/$target" --seeds "$seeds"
    rm -f "$OUT/${target}_seed_corpus.zip"
    (cd "$seeds" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)

    {
        echo '[libfuzzer]'
        cat fuzz/options
    } >"$OUT/$target.options"
    # Each family of targets has a dictionary; this fails if it is missing.
    cp "fuzz/dictionaries/${target%%_*}.dict" "$OUT/$target.dict"
    echo "dict = $target.dict" >>"$OUT/$target.options"
done
