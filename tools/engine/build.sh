#!/usr/bin/env bash
# Builds the pinned Pulumi CLI and the Python language host into the folder BIN.
set -euo pipefail
bin=${1:?usage: build.sh BIN}
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath -buildvcs=false"
sdk=github.com/pulumi/pulumi/sdk/v3
version=$(go list -m -f '{{.Version}}' $sdk)
# -v names each package on standard error as it is compiled: that is the progress which locate.py shows.
go build -v -tags osusergo,grpcnotrace -ldflags "-w -s -X $sdk/go/common/version.Version=$version" \
  -o "$bin/" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi ./pulumi-language-python
source=$(go list -m -f '{{.Dir}}' $sdk)
install -m 755 "$source/python/cmd/pulumi-language-python-exec" "$source/python/dist/pulumi-resource-pulumi-python" "$bin/"
