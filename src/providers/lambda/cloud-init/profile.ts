/** Makes Nix known to a shell, once it is there. Nix's own script sees to it that this happens once. */
export const nixProfileScript = `if [ -r /nix/var/nix/profiles/default/etc/profile.d/nix-daemon.sh ]; then
  . /nix/var/nix/profiles/default/etc/profile.d/nix-daemon.sh
fi
`;
