#!/usr/bin/env bash
# A Podman of its own for tests, as root, in namespaces of its own, with everything below one directory:
#   podman.sh start DIR    prints the path of its socket (Docker's API), or says why there is none and fails
#   podman.sh stop DIR     ends it, its containers, and removes DIR
# By hand: export DEVBOX_TEST_DOCKER_SOCKET=$(test/support/podman/podman.sh start /tmp/podman)
set -euo pipefail

give_up() {
  echo "no Podman for tests: $1" >&2
  exit 1
}

start() {
  local dir=$1
  [ "$(id -u)" = 0 ] || give_up 'this user is not root'
  for program in podman unshare nsenter busybox; do
    command -v "$program" >/dev/null || give_up "$program is not installed"
  done
  mkdir -p "$dir/storage" "$dir/run" "$dir/tmp"
  cat >"$dir/containers.conf" <<'CONF'
[containers]
default_ulimits = []
pids_limit = 0
cgroups = "disabled"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
  # Tests run a registry on loopback, without TLS.
  cat >"$dir/registries.conf" <<'CONF'
[[registry]]
prefix = "127.0.0.1"
location = "127.0.0.1"
insecure = true
CONF
  if [ -e /sys/class/net/cni-podman0 ]; then touch "$dir/bridge-was-there"; fi
  # All processes of a PID namespace end with its first, so nothing can be left behind.
  setsid unshare --mount --pid --fork --mount-proc --kill-child --propagation private \
    "$0" serve "$dir" system service --time=0 "unix://$dir/podman.sock" </dev/null >"$dir/log" 2>&1 &
  echo $! >"$dir/pid"
  for _ in $(seq 300); do
    if answers "$dir/podman.sock"; then
      echo "$dir/podman.sock"
      return
    fi
    kill -0 "$(cat "$dir/pid")" 2>/dev/null || break
    sleep 0.1
  done
  local said
  said=$(tail -n 3 "$dir/log" | tr '\n' ' ')
  stop "$dir"
  give_up "it did not answer: $said"
}

# In the namespaces: the control groups as Podman wants them, then the service.
serve() {
  local dir=$1
  awk '$5 ~ "^/sys/fs/cgroup" { print $5 }' /proc/self/mountinfo | sort -r | while read -r mount; do
    umount "$mount"
  done
  mount -t cgroup2 none /sys/fs/cgroup
  # What it writes down about networks is its own as well.
  for place in /run/netns /var/lib/cni; do
    mkdir -p "$place"
    mount -t tmpfs none "$place"
  done
  export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_REGISTRIES_CONF=$dir/registries.conf TMPDIR=$dir/tmp
  exec podman --root "$dir/storage" --runroot "$dir/run" --tmpdir "$dir/tmp" "${@:2}"
}

answers() {
  node -e '
    const request = require("node:http").get({ socketPath: process.argv[1], path: "/_ping", timeout: 2000 });
    request.on("response", ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
    request.on("timeout", () => process.exit(1));
    request.on("error", () => process.exit(1));
  ' "$1"
}

stop() {
  local dir=$1 pid inside
  if pid=$(cat "$dir/pid" 2>/dev/null); then
    # Containers that are removed take their rules of the firewall along.
    if inside=$(pgrep -P "$pid"); then
      CONTAINERS_CONF=$dir/containers.conf timeout 30 nsenter --target "$inside" --mount --pid \
        podman --root "$dir/storage" --runroot "$dir/run" --tmpdir "$dir/tmp" rm --force --all --time 0 \
        >/dev/null 2>&1 || true
    fi
    kill -KILL "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    # The bridge is one for all of the machine: it goes if it came with this Podman and no other's containers are on it.
    if [ ! -e "$dir/bridge-was-there" ] && [ -z "$(ls /sys/class/net/cni-podman0/brif 2>/dev/null)" ]; then
      ip link delete cni-podman0 2>/dev/null || true
    fi
  fi
  rm -rf "$dir"
}

case "${1:-} ${2:+dir}" in
'start dir') start "$2" ;;
'serve dir') serve "${@:2}" ;;
'stop dir') stop "$2" ;;
*) sed -n '2,5p' "$0" >&2 && exit 2 ;;
esac
