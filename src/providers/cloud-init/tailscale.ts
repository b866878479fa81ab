/** How a box joins a tailnet. */
export interface Tailscale {
  /** A secret: it is in a file for root until the box has joined, and in no argument. */
  readonly authKey: string;
  /** The name of the box there: letters, digits and `-`. */
  readonly name: string;
}

const keyFile = '/etc/devbox/tailscale-key';

/** What cloud-init writes and runs so that a box joins a tailnet. */
export function tailscaleConfig({ authKey, name }: Tailscale): {
  readonly file: { readonly path: string; readonly content: string; readonly permissions: string };
  readonly command: readonly string[];
} {
  const script = [
    `trap 'rm -f ${keyFile}' EXIT`,
    'set -e',
    'command -v tailscale >/dev/null || curl -fsSL https://tailscale.com/install.sh | sh',
    `tailscale up --auth-key=file:${keyFile} --hostname=${name}`,
  ].join('\n');
  return {
    file: { path: keyFile, content: authKey, permissions: '0600' },
    command: ['/bin/sh', '-c', script],
  };
}
