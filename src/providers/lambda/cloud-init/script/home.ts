/** The persistent home: seeded once from the fresh one, entered with today's key, mounted over the fresh one. */
export const home = `
home_of() { getent passwd "$username" | cut -d: -f6 || true; }

home_is_ours() {
  local home
  home=$(home_of)
  mountpoint -q "$home" && [ "$home" -ef "$shared/$username" ]
}

mount_home() {
  local home kept=$shared/$username
  home=$(home_of)
  [ -d "$home" ] || alarm "There is no user $username with a home folder on this box."
  if home_is_ours; then return 0; fi
  if mountpoint -q "$home"; then alarm "Something else is mounted at $home."; fi
  seed_home "$home" "$kept"
  merge_keys "$home" "$kept"
  mount --bind "$kept" "$home"
}

# A copy gets its name only when it is complete. A folder that has anything in it is an older home and stays as it is.
seed_home() {
  local home=$1 kept=$2 partial=$state/home.$username.partial
  if [ -n "$(find "$kept" -mindepth 1 -maxdepth 1 -print -quit 2>/dev/null || true)" ]; then return 0; fi
  rm -rf "$partial"
  mkdir -m 0700 "$partial"
  cp -a "$home/." "$partial/"
  sync -f "$partial"
  mv -T "$partial" "$kept"
  sync -f "$shared"
}

# The key of this launch has to open an older home too; the keys that are there already stay.
merge_keys() {
  local fresh=$1/.ssh/authorized_keys folder=$2/.ssh owner
  [ -s "$fresh" ] || return 0
  owner=$(stat -c %u:%g "$1")
  mkdir -p "$folder"
  rm -f "$folder"/.authorized_keys.devbox
  {
    if [ -e "$folder/authorized_keys" ]; then
      cat "$folder/authorized_keys"
      echo
    fi
    cat "$fresh"
  } | awk 'NF && !seen[$0]++' >"$folder/.authorized_keys.devbox"
  chmod 0600 "$folder/.authorized_keys.devbox"
  chown "$owner" "$folder" "$folder/.authorized_keys.devbox"
  sync "$folder/.authorized_keys.devbox"
  mv -T "$folder/.authorized_keys.devbox" "$folder/authorized_keys"
  # sshd takes no keys from a home or folder that others can write to.
  chmod go-w "$2"
  chmod 0700 "$folder"
}
`;
