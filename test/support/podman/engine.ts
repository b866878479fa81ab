import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Surroundings } from '../../../src/server/engine/docker/endpoint.ts';
import { type Entry, tarOf } from '../tar.ts';

/** Socket of the container engine for tests (see podman.sh); undefined where there is none. */
export const engineSocket = process.env['DEVBOX_TEST_DOCKER_SOCKET'];

/** Says once for a file why its tests of containers are skipped; nothing where they are not. */
export function sayIfSkipped(): void {
  if (engineSocket !== undefined) return;
  console.warn(
    'skipped: no container engine; DEVBOX_TEST_DOCKER_SOCKET names the socket of one (test/support/podman)',
  );
}

export const engineSurroundings: Surroundings = {
  env: { DOCKER_HOST: `unix://${engineSocket}` },
  home: '/nonexistent',
  uid: 0,
};

/** The image that tests make boxes of: a busybox with a root user, which runs a shell. */
export const busyboxImage = 'localhost/devbox-test';
/** Images that end at once, and that have no shell. */
export const endingImage = 'localhost/devbox-test-ending';
export const shelllessImage = 'localhost/devbox-test-shell-less';

/** Files of a small system, all of it one program. */
export function busyboxFiles(): Entry[] {
  const path = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  const applets = execFileSync(path, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  return [
    { path: 'bin/busybox', content: readFileSync(path), mode: 0o755 },
    ...applets.filter((name) => name !== 'busybox').map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
    { path: 'etc/group', content: 'root:x:0:\n' },
    { path: 'root/.profile', content: '' },
    { path: 'tmp/.keep', content: '' },
  ];
}

/** Makes the images that tests use, where the engine has them not yet. */
export async function makeImages(): Promise<void> {
  const files = busyboxFiles();
  const sleep = files.flatMap((entry) =>
    'content' in entry && entry.path === 'bin/busybox' ? [{ ...entry, path: 'bin/sleep' }] : [],
  );
  await makeImage(busyboxImage, files, 'CMD ["/bin/sh"]');
  await makeImage(endingImage, files, 'CMD ["/bin/sh", "-c", "echo ending; exit 3"]');
  await makeImage(shelllessImage, sleep, 'CMD ["/bin/sleep", "1000000"]');
}

async function makeImage(name: string, files: readonly Entry[], change: string): Promise<void> {
  if ((await ask('GET', `/images/${name}:latest/json`)).status === 200) return;
  const query = new URLSearchParams({ fromSrc: '-', repo: name, tag: 'latest', changes: change });
  const { status, text } = await ask('POST', `/images/create?${query}`, tarOf(files));
  if (status !== 200) throw new Error(`the image ${name} could not be made: ${text}`);
}

/** Asks the engine something that devbox never does. */
export function ask(method: string, path: string, body?: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/x-tar', 'content-length': body.length } : {};
    const sent = request({ socketPath: engineSocket, method, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** The names of all containers that the engine has whose labels name a server. */
export async function containersOf(server: string): Promise<string[]> {
  const filters = JSON.stringify({ label: [`devbox.server=${server}`] });
  const { text } = await ask('GET', `/containers/json?${new URLSearchParams({ all: 'true', filters })}`);
  return JSON.parse(text).map(({ Id }: { Id: string }) => Id);
}
