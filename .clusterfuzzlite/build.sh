#!/bin/bash -eu
# ClusterFuzzLite requires a script here; both services share one.
exec bash -eu "$SRC/event-datagram/ci/oss-fuzz/build.sh"
