#!/usr/bin/env bash
# Compiles the locks from pyproject.toml: what the product needs, and what its developers need besides.
set -euo pipefail
compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@"; }
compile pyproject.toml -o requirements.txt
compile --group pyproject.toml:dev -c requirements.txt -o requirements-dev.txt
# What the pack needs where it is published: no provider SDK, no command line.
compile policypacks/sovereignty/requirements.in -c requirements.txt -o policypacks/sovereignty/requirements.txt
# The emulator of AWS and its command line: tools of tests, with dependencies of their own.
compile tools/aws_emulator/requirements.in -o tools/aws_emulator/requirements.txt
# parliament, which lints IAM policies, lives apart: it needs a setuptools that still has pkg_resources.
compile tools/policy_lint/requirements.in -o tools/policy_lint/requirements.txt
