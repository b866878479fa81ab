/** Waiting for the filesystem, the disk image of the Nix store, and taking everything down again. */
export const storage = String.raw`
# Never makes the folder: what is written there before the filesystem is mounted would be lost with the box.
await_filesystem() {
  local waited=0
  until mountpoint -q "$shared"; do
    if [ "$waited" -ge "$wait_seconds" ]; then
      alarm "The filesystem $filesystem was not mounted at $shared within $wait_seconds s." \
        "The home folder and the Nix store on this box are NOT persistent."
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

image_type() { blkid -p -o value -s TYPE "$1" 2>/dev/null || true; }

# The image gets its name only when it is formatted and on disk. Sparse: it takes up what is written into it.
make_image() {
  local image=$1 partial=$state/nix.img.partial
  rm -f "$partial"
  truncate -s "$image_bytes" "$partial"
  mkfs.ext4 -q -F -m 0 -L nix -E lazy_itable_init=1,lazy_journal_init=1 "$partial"
  [ "$(image_type "$partial")" = ext4 ] || alarm "The disk image for the Nix store could not be formatted."
  sync "$partial"
  mv -T "$partial" "$image"
  sync -f "$shared"
}

nix_is_ours() {
  mountpoint -q /nix &&
    [ "$(losetup -n -O BACK-FILE "$(findmnt -n -o SOURCE --mountpoint /nix)" 2>/dev/null)" -ef "$shared/nix.img" ]
}

mount_image() {
  local image=$shared/nix.img status=0
  if [ -e "$image" ] && [ "$(image_type "$image")" != ext4 ]; then
    # An image that was sized but never written to holds nothing. Any other may hold a store that can be repaired.
    [ "$(stat -c %b "$image")" -eq 0 ] || alarm "$image is no ext4 image. Repair it, or move it away to start with a new one."
    rm -f "$image"
  fi
  if nix_is_ours; then return 0; fi
  if mountpoint -q /nix; then alarm "Something else is mounted at /nix."; fi
  if [ ! -e "$image" ]; then make_image "$image"; fi
  e2fsck -p "$image" || status=$?
  [ "$status" -lt 4 ] || alarm "$image is damaged. Repair it with: sudo e2fsck -f $image"
  mkdir -p /nix
  mount -o loop,noatime "$image" /nix
}

# Mounted again and again is mounted once; see the claim for what keeps other boxes out.
start_storage() {
  if [ -z "$filesystem" ]; then
    say 'no persistent filesystem: home and Nix store are on the root disk'
    return 0
  fi
  await_filesystem
  know_yourself
  take_claim
  # The service that renews the claim begins when this one is done, and formatting and copying may take minutes.
  (
    claimed=no
    keep_claim
  ) </dev/null >/dev/null 2>&1 &
  # shellcheck disable=SC2064 # this very process, now
  trap "kill $! 2>/dev/null || true" EXIT
  mount_image
  mount_home
}

# Unmounts a folder for as long as the test given with it says that what is mounted there is ours.
take_down() {
  local folder=$1 is_ours=$2 tries=0
  while "$is_ours"; do
    if umount "$folder" 2>/dev/null; then continue; fi
    tries=$((tries + 1))
    if [ "$tries" -ge 10 ]; then
      say "$folder is still in use"
      return 1
    fi
    sleep 1
  done
}

# The claim is given back only when nothing is mounted any more.
put_away() {
  sync
  take_down "$(home_of)" home_is_ours && take_down /nix nix_is_ours && sync -f "$shared" && release_claim
}

stop_storage() {
  [ -n "$filesystem" ] || return 0
  know_yourself
  if [ "$(systemctl is-system-running 2>/dev/null || true)" != stopping ]; then
    systemctl stop nix-daemon.socket determinate-nixd.socket nix-daemon.service 2>/dev/null || true
  fi
  if mountpoint -q "$shared"; then put_away; fi
  rm -f /run/devbox/storage.ready
}
`;
