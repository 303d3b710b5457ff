#!/usr/bin/env bash
# Succeeds when the studio on this machine says that it is ready. Bash alone, so that the image needs no curl.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${LONGTAKE_PORT:-8080}"
printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
