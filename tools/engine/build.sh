#!/usr/bin/env bash
# Builds the pinned Pulumi CLI and the Python language host into the folder BIN; with `yaml`, the YAML language host alone.
set -euo pipefail
bin=${1:?usage: build.sh BIN [yaml]}
mkdir -p "$bin"
bin=$(cd "$bin" && pwd)
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath -buildvcs=false"
sdk=github.com/pulumi/pulumi/sdk/v3
version=$(go list -m -f '{{.Version}}' $sdk)
# -v names each package on standard error as it is compiled: that is the progress which locate.py shows.
build() {
  go build -v -tags osusergo,grpcnotrace -ldflags "-w -s -X $1" -o "$bin/" "${@:2}"
}
if [ "${2:-}" = yaml ]; then
  yaml=github.com/pulumi/pulumi-yaml
  build "$yaml/pkg/version.Version=$(go list -m -f '{{.Version}}' $yaml)" $yaml/cmd/pulumi-language-yaml
  exit
fi
build "$sdk/go/common/version.Version=$version" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi ./pulumi-language-python
source=$(go list -m -f '{{.Dir}}' $sdk)
install -m 755 "$source/python/cmd/pulumi-language-python-exec" "$source/python/dist/pulumi-resource-pulumi-python" "$bin/"
