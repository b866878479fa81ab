import { alarm } from './alarm.ts';
import { claiming } from './claim.ts';
import { home } from './home.ts';
import { nix } from './nix.ts';
import { settings } from './settings.ts';
import { storage } from './storage.ts';

const main = `
main() {
  case $1 in
    storage | stop | keep) part=storage ;;
    nix) part=nix ;;
  esac
  read_settings
  case $1 in
    storage)
      start_storage
      ready
      ;;
    stop) stop_storage ;;
    keep)
      if [ -n "$filesystem" ]; then
        know_yourself
        keep_claim
      fi
      ;;
    nix)
      start_nix
      ready
      ;;
    # At the first boot, from cloud-init, which reports its status. What fails has said so itself.
    setup)
      systemctl daemon-reload
      systemctl enable devbox-storage.service devbox-nix.service
      systemctl start devbox-storage.service || exit 1
      systemctl start devbox-nix.service || exit 1
      ;;
    *) alarm "usage: $0 storage | stop | keep | nix | setup" ;;
  esac
}

main "$@"
`;

/**
 * The script that runs on the box, the same text for every box: what differs is in `/etc/devbox/box.conf`. Needs bash, and
 * of Ubuntu's base what mounts, formats and adds users.
 */
export const boxScript = [settings, alarm, claiming, home, storage, nix, main].join('');
