/** Version and checksums of the one installer that is ever run; change the three together. */
const installer = {
  version: 'v3.21.0',
  x86_64: 'b9911496659f0c35c642353d592926c024c205b597e8094bf73a42908a75e462',
  aarch64: 'd2ede080a0a7b34119362f4a8a6fb5e49a4d16b302ce54c96cd05514bdea6c7c',
};

/**
 * Nix: installed where the store has none, otherwise what the installation left on an earlier root disk is put back. The
 * installer (Determinate Systems', as it knows the GPU machines' Ubuntu) is a pinned release, run only if its checksum
 * is the one here.
 */
export const nix = String.raw`
installer_version=${installer.version}
installer_x86_64=${installer.x86_64}
installer_aarch64=${installer.aarch64}
default_profile=/nix/var/nix/profiles/default
kept_parts=/nix/.devbox

start_nix() {
  if [ -n "$filesystem" ] && ! mountpoint -q /nix; then alarm 'The Nix store is not mounted.'; fi
  if [ ! -x "$default_profile/bin/nix" ]; then
    install_nix
  elif [ -n "$filesystem" ] && [ ! -e /var/lib/devbox/nix.installed ]; then
    restore_nix
  fi
  enable_flakes
  source_profile
  mkdir -p /var/lib/devbox
  : >/var/lib/devbox/nix.installed
  systemctl daemon-reload
  # At boot the sockets are due before the store is mounted; they are then left out, or bound on the root disk.
  systemctl stop nix-daemon.service 2>/dev/null || true
  systemctl restart nix-daemon.socket || systemctl restart nix-daemon.service || say 'no Nix daemon to start'
  if [ -e /etc/systemd/system/determinate-nixd.socket ]; then systemctl restart determinate-nixd.socket || true; fi
  place_home_manager
  "$default_profile/bin/nix" --version
}

install_nix() {
  local machine checksum file=/var/lib/devbox/nix-installer
  machine=$(uname -m)
  case $machine in
    x86_64) checksum=$installer_x86_64 ;;
    aarch64) checksum=$installer_aarch64 ;;
    *) alarm "There is no pinned Nix installer for $machine." ;;
  esac
  mkdir -p /var/lib/devbox
  curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 5 --max-time 600 --output "$file" \
    "https://github.com/DeterminateSystems/nix-installer/releases/download/$installer_version/nix-installer-$machine-linux" ||
    alarm 'The Nix installer could not be downloaded.'
  printf '%s  %s\n' "$checksum" "$file" | sha256sum --check --status ||
    alarm 'The Nix installer has not the checksum that devbox knows. It was not run.'
  chmod 0700 "$file"
  # The receipt of an installation that was cut short would keep it from being done again.
  if [ -e /nix/receipt.json ]; then mv -T /nix/receipt.json /nix/receipt.json.interrupted; fi
  NIX_INSTALLER_DIAGNOSTIC_ENDPOINT='' "$file" install linux --no-confirm --init systemd ||
    alarm 'The Nix installer failed.'
  rm -f "$file"
  if [ -n "$filesystem" ]; then keep_nix_parts; fi
}

# What an installation puts on the root disk, which ends with the box, is kept beside the store.
nix_parts() {
  local path
  for path in etc/nix etc/systemd/system/nix-daemon.service etc/systemd/system/nix-daemon.socket \
    etc/systemd/system/nix-daemon.service.d etc/systemd/system/determinate-nixd.socket \
    etc/tmpfiles.d/nix-daemon.conf etc/profile.d/nix.sh usr/local/bin/determinate-nixd; do
    if [ -e "/$path" ] || [ -L "/$path" ]; then echo "$path"; fi
  done
}

keep_nix_parts() {
  mkdir -p "$kept_parts"
  getent group nixbld >"$kept_parts/group" || true
  getent passwd | grep '^nixbld' >"$kept_parts/users" || true
  nix_parts | tar -C / -cf "$kept_parts/root.tar.partial" -T -
  sync "$kept_parts/root.tar.partial"
  mv -T "$kept_parts/root.tar.partial" "$kept_parts/root.tar"
}

# The installer is not run on a store that has Nix: it would set up anew what is in use.
restore_nix() {
  local unit
  if [ ! -e "$kept_parts/root.tar" ] && [ -e /etc/systemd/system/nix-daemon.socket ]; then
    # An installation on this very root disk, cut short just before its end.
    keep_nix_parts
    return 0
  fi
  say 'putting back what the Nix installation needs on the root disk'
  restore_build_users
  if [ -e "$kept_parts/root.tar" ]; then
    tar -C / -xf "$kept_parts/root.tar"
  else
    mkdir -p /etc/nix
    for unit in nix-daemon.service nix-daemon.socket; do
      if [ -e "$default_profile/lib/systemd/system/$unit" ]; then
        ln -sfn "$default_profile/lib/systemd/system/$unit" "/etc/systemd/system/$unit"
      fi
    done
  fi
  systemctl daemon-reload
  systemctl enable nix-daemon.socket 2>/dev/null || true
}

# With the numbers of the first installation, as files of the store carry them; else with those of the installers.
restore_build_users() {
  local gid=30000 name uid i
  if [ -s "$kept_parts/group" ]; then
    gid=$(cut -d: -f3 "$kept_parts/group")
  elif [ -e "$kept_parts/root.tar" ]; then
    return 0
  fi
  getent group nixbld >/dev/null || groupadd --system --gid "$gid" nixbld
  {
    if [ -e "$kept_parts/users" ]; then
      cut -d: -f1,3 "$kept_parts/users"
    else
      for i in $(seq 1 32); do echo "nixbld$i:$((30000 + i))"; done
    fi
  } | while IFS=: read -r name uid; do
    getent passwd "$name" >/dev/null || useradd --system --no-create-home --no-user-group --home-dir /var/empty \
      --shell /usr/sbin/nologin --gid nixbld --groups nixbld --uid "$uid" "$name"
  done
}

enable_flakes() {
  local file=/etc/nix/nix.conf line='extra-experimental-features = nix-command flakes'
  mkdir -p /etc/nix
  touch "$file"
  # Determinate's nix.conf is rewritten by its daemon and includes this file for what is the user's.
  if grep -q 'include nix.custom.conf' "$file"; then file=/etc/nix/nix.custom.conf; fi
  touch "$file"
  grep -qxF "$line" "$file" || printf '%s\n' "$line" >>"$file"
}

# Interactive shells that are no login shells, and commands given to ssh, read this file only, and only its start.
source_profile() {
  local file=/etc/bash.bashrc line='. /etc/profile.d/devbox-nix.sh'
  [ -e "$file" ] || return 0
  if grep -qxF "$line" "$file"; then return 0; fi
  { printf '%s\n' "$line"; cat "$file"; } >"$file.devbox"
  chmod --reference="$file" "$file.devbox"
  mv -T "$file.devbox" "$file"
}

# Home Manager is configured, not installed: the first "switch" is the user's, as the comment in the file says.
place_home_manager() {
  local home owner folder file
  home=$(home_of)
  owner=$(stat -c %u:%g "$home")
  folder=$home/.config/home-manager
  if [ -e "$folder" ] || [ -L "$folder" ]; then return 0; fi
  [[ $home =~ ^/[A-Za-z0-9/_.-]+$ ]] || return 0
  if [ ! -e "$home/.config" ]; then
    mkdir -p "$home/.config"
    chown "$owner" "$home/.config"
  fi
  rm -rf "$folder.partial"
  mkdir "$folder.partial"
  for file in flake.nix home.nix; do
    sed -e "s|@USERNAME@|$username|g" -e "s|@HOME@|$home|g" -e "s|@SYSTEM@|$(uname -m)-linux|g" \
      "/usr/local/share/devbox/home-manager/$file" >"$folder.partial/$file"
  done
  chown -R "$owner" "$folder.partial"
  mv -T "$folder.partial" "$folder"
}
`;
