/** Failing loudly: a marker, the message of the day, the journal and a status other than zero. */
export const alarm = String.raw`
part=box claimed=no

say() { printf 'devbox: %s\n' "$*"; }

# Ends the run. What it has mounted so far is unmounted and the filesystem given back, so that nothing is half in use.
alarm() {
  trap - ERR
  mkdir -p /run/devbox /run/motd.d
  rm -f "/run/devbox/$part.ready"
  printf '\n  devbox: %s FAILED on this box\n\n  %s\n\n  Details: journalctl -u devbox-%s\n  Again:   sudo systemctl restart devbox-%s\n\n' \
    "$part" "$*" "$part" "$part" | tee "/run/devbox/$part.failed" "/run/motd.d/devbox-$part" >&2
  if [ "$claimed" = yes ]; then
    claimed=no
    put_away || true
  fi
  exit 1
}

unexpected() { alarm "The step at line $1 of $0 failed: $2"; }
trap 'unexpected "$LINENO" "$BASH_COMMAND"' ERR

ready() {
  mkdir -p /run/devbox
  rm -f "/run/devbox/$part.failed" "/run/motd.d/devbox-$part"
  : >"/run/devbox/$part.ready"
}
`;
