/**
 * Start of the box's script. Settings are read as data, line by line: whatever stands in the file, none of it is run.
 * The sections of the script are written without braces around variables, so that they can stand in these strings as
 * they are.
 */
export const settings = `#!/usr/bin/env bash
# Made by devbox. Mounts the persistent Nix store and home of this box, and installs Nix.
# Every step can be repeated, and takes up what an interrupted run left.
set -Eeuo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C
umask 022

username='' filesystem='' image_bytes='' wait_seconds='' beat_seconds='' stale_seconds='' settle_seconds=''

read_settings() {
  local key value
  while IFS='=' read -r key value; do
    case $key in
      username) username=$value ;;
      filesystem) filesystem=$value ;;
      image_bytes) image_bytes=$value ;;
      wait_seconds) wait_seconds=$value ;;
      beat_seconds) beat_seconds=$value ;;
      stale_seconds) stale_seconds=$value ;;
      settle_seconds) settle_seconds=$value ;;
    esac
  done </etc/devbox/box.conf
  [[ $username =~ ^[a-z_][a-z0-9_-]*$ ]] || alarm "The user name in /etc/devbox/box.conf is not usable."
  [[ $filesystem =~ ^([A-Za-z0-9][A-Za-z0-9-]*)?$ ]] || alarm "The filesystem in /etc/devbox/box.conf is not usable."
  # The folder that the persistent filesystem is mounted on, and devbox's own folder in it.
  shared=/lambda/nfs/$filesystem
  state=$shared/.devbox
  claim=$state/writer
}
`;
