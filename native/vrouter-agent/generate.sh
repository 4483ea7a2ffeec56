#!/bin/sh
# Generates the C++ messages and stubs: generate.sh PROTOC PLUGIN PROTO_ROOT OUT_DIRECTORY
# The sources include each other by the path under PROTO_ROOT, the build wants them in one directory: both are given.
set -eu
cd "$4"
"$1" -I "$3" --cpp_out=. --grpc_out=. --plugin=protoc-gen-grpc="$2" keyway/vrouter/v1/vrouter.proto
cp keyway/vrouter/v1/vrouter.pb.cc keyway/vrouter/v1/vrouter.grpc.pb.cc .
for header in vrouter.pb.h vrouter.grpc.pb.h; do
  echo "#include \"keyway/vrouter/v1/$header\"" > "$header"
done
