/**
 * One writer for one filesystem. Two boxes that mount one ext4 image destroy it, and a lock of the kernel's does not
 * reach from one box to another over every kind of network filesystem. So the writer keeps a record on the filesystem
 * and renews it (`beat_seconds`).
 *
 * A newcomer that finds another's record watches it: if it changes, its writer lives and the newcomer is refused; if it has
 * not changed for `stale_seconds`, its writer is taken for dead and the newcomer takes over. Ages are measured
 * by the filesystem's own clock, so the boxes' clocks do not matter. A writer that was frozen for longer than that
 * finds that its record is gone and makes its store read-only.
 */
export const claiming = String.raw`
own=''

# Names this box for as long as its root disk lives: over reboots, but never the same on two boxes.
know_yourself() {
  if [ ! -s /var/lib/devbox/id ]; then
    mkdir -p /var/lib/devbox
    cat /proc/sys/kernel/random/uuid >/var/lib/devbox/id.new
    mv -T /var/lib/devbox/id.new /var/lib/devbox/id
  fi
  own=$(cat /var/lib/devbox/id)
}

record_field() { sed -n "s/^$1=//p" "$claim/record" 2>/dev/null || true; }

# Renewed by replacing it, so that nobody reads half of it.
beat() {
  printf 'id=%s\nhost=%s\nrenewed=%s\n' "$own" "$(uname -n)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$claim/record.$own"
  mv -T "$claim/record.$own" "$claim/record"
}

# A claim without a record was cut short while it was made; its folder then stands for it.
claim_mark() { if [ -e "$1/record" ]; then echo "$1/record"; else echo "$1"; fi; }
claim_stamp() { stat -c '%i %y' "$(claim_mark "$1")" 2>/dev/null || echo gone; }

claim_age() {
  local now last
  : >"$state/clock.$own"
  now=$(stat -c %Y "$state/clock.$own")
  last=$(stat -c %Y "$(claim_mark "$claim")" 2>/dev/null || echo "$now")
  rm -f "$state/clock.$own"
  echo $((now - last))
}

refuse() {
  alarm "The filesystem $filesystem is in use by another box ($(record_field host), renewed $(record_field renewed))." \
    "Two boxes must not write one disk image, so this one has neither the persistent home nor the Nix store." \
    "Terminate the other box, or use another filesystem."
}

take_claim() {
  local seen='' now failures=0
  mkdir -p "$state"
  until mkdir "$claim" 2>/dev/null; do
    if [ "$(record_field id)" = "$own" ]; then break; fi
    now=$(claim_stamp "$claim")
    if [ "$now" = gone ]; then
      failures=$((failures + 1))
      [ "$failures" -lt 10 ] || alarm "Nothing can be written to the filesystem $filesystem."
      sleep 1
      continue
    fi
    if [ -n "$seen" ] && [ "$now" != "$seen" ]; then refuse; fi
    if [ -z "$seen" ]; then say "another box may be using $filesystem; watching it for up to $stale_seconds s"; fi
    seen=$now
    if [ "$(claim_age)" -gt "$stale_seconds" ]; then
      take_over "$seen"
    else
      sleep 1
    fi
  done
  beat
  claimed=yes
  # Another newcomer may have taken over the same dead claim at the same moment: the record says who has it.
  sleep "$settle_seconds"
  if [ "$(record_field id)" != "$own" ]; then
    claimed=no
    refuse
  fi
}

# Moved aside first: only one newcomer can, and if it was not the dead claim that was moved, it is moved back.
take_over() {
  local aside=$claim.$own
  rm -rf "$aside"
  if mv -T "$claim" "$aside" 2>/dev/null; then
    if [ "$(claim_stamp "$aside")" = "$1" ]; then
      say "taking over $filesystem from a box that has not been heard of for more than $stale_seconds s"
      rm -rf "$aside"
    else
      mv -T "$aside" "$claim" || true
    fi
  fi
}

release_claim() {
  if [ "$(record_field id)" = "$own" ]; then rm -rf "$claim"; fi
}

# Runs for as long as the filesystem is in use; in the background, for as long as the run that began it lives (in a
# subshell the process number is still that of the whole). A record that cannot be read just now is no lost claim.
keep_claim() {
  local holder
  while sleep "$beat_seconds" && kill -0 $$ 2>/dev/null; do
    holder=$(record_field id)
    if [ "$holder" = "$own" ]; then
      beat || say "could not renew the claim on $filesystem"
    elif [ -n "$holder" ]; then
      mount -o remount,ro /nix || true
      alarm "Another box ($(record_field host)) has taken over the filesystem $filesystem while this one did not answer." \
        "The Nix store is read-only from now on."
    fi
  done
}
`;
