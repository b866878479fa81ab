import { Stopped } from './verdict.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** @throws Stopped where the user has not said that a box may be launched, and paid for. */
export function checkOptIn(env: Env): void {
  const providers = (env['DEVBOX_LIVE_PROVIDERS'] ?? '').split(/[\s,]+/);
  const missing = [
    ...(env['DEVBOX_LIVE'] === '1' ? [] : ['DEVBOX_LIVE=1']),
    ...(providers.includes('lambda') ? [] : ['DEVBOX_LIVE_PROVIDERS=lambda']),
    ...(env['LAMBDA_API_KEY']?.trim() ? [] : ['LAMBDA_API_KEY=...']),
  ];
  if (missing.length === 0) return;
  throw new Stopped(
    'environment_blocked',
    `not asked for: it launches a box, which costs money; set ${missing.join(' and ')}`,
  );
}

/** What of the user's environment devbox gets here: nothing that brings a key or a filesystem of the user's own in. */
const passedOn = [
  ...['PATH', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'LAMBDA_API_KEY'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
  ...['API_URL', 'TIMEOUT', 'REQUEST_INTERVAL', 'LAUNCH_INTERVAL'].map((name) => `DEVBOX_LAMBDA_${name}`),
  ...['REGION', 'TYPE', 'IMAGE', 'IMAGE_FAMILY'].map((name) => `DEVBOX_LAMBDA_${name}`),
];

export function environmentFor(env: Env, home: string): Env {
  const kept = passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return { ...Object.fromEntries(kept), HOME: home };
}
