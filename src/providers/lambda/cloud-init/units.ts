/**
 * The systemd units of a box. They bring the mounts back after a restart, and take them down before the filesystem
 * below them goes.
 * @param filesystem name of the persistent filesystem as the API allows it: letters, digits and `-`.
 */
export function units(filesystem: string | null): Readonly<Record<string, string>> {
  return {
    'devbox-storage.service': storageUnit(filesystem),
    'devbox-claim.service': claimUnit,
    'devbox-nix.service': nixUnit,
  };
}

/**
 * Asked for, not required (and so no `RequiresMountsFor`): a filesystem that fails to mount must not keep the script from
 * saying so, nor hold up the boot. Nobody logs in over SSH before the home is there; stopping goes the other way round, so
 * that sessions have ended when it is unmounted. `ExecStopPost` also runs where the start failed half-way.
 */
function storageUnit(filesystem: string | null): string {
  const mount = filesystem === null ? '' : ` lambda-nfs-${filesystem.replaceAll('-', '\\x2d')}.mount`;
  return `[Unit]
Description=devbox: persistent home and Nix store
Wants=network-online.target devbox-claim.service${mount}
After=network-online.target local-fs.target remote-fs.target${mount}
Before=systemd-user-sessions.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/devbox-box storage
ExecStopPost=/usr/local/sbin/devbox-box stop
TimeoutStartSec=900
TimeoutStopSec=120

[Install]
WantedBy=multi-user.target
`;
}

const claimUnit = `[Unit]
Description=devbox: claim on the persistent filesystem
BindsTo=devbox-storage.service
After=devbox-storage.service

[Service]
Type=exec
ExecStart=/usr/local/sbin/devbox-box keep
Restart=on-abnormal
`;

const nixUnit = `[Unit]
Description=devbox: Nix
Wants=network-online.target
Requires=devbox-storage.service
After=network-online.target devbox-storage.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/devbox-box nix
TimeoutStartSec=3600

[Install]
WantedBy=multi-user.target
`;
