#!/bin/bash -eu
# ClusterFuzzLite looks for a script here; there is one for both services.
exec bash -eu "$SRC/event-datagram/ci/oss-fuzz/build.sh"
