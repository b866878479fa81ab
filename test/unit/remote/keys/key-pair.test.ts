import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { publicKeyProblem } from '../../../../src/base/public-key.ts';
import { isSameKey, makeKeyPair } from '../../../../src/remote/keys/key-pair.ts';

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
if (!hasKeygen) console.warn('notice: keys are not shown to OpenSSH: there is no ssh-keygen on this machine');

describe('a key pair', () => {
  it('is another one each time, with a public half that a provider takes', () => {
    const [one, other] = [makeKeyPair('devbox-1'), makeKeyPair('devbox-1')];
    expect(publicKeyProblem(one.publicKey)).toBeUndefined();
    expect(isSameKey(one.publicKey, other.publicKey)).toBe(false);
    expect(isSameKey(one.publicKey, `${one.publicKey} and more\n`)).toBe(true);
  });

  // Every length of the comment needs another padding.
  (hasKeygen ? it : it.skip).each(['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg'])(
    'with the comment %j is one that OpenSSH reads',
    (comment) => {
      const folder = mkdtempSync(join(tmpdir(), 'devbox-key-'));
      try {
        const file = join(folder, 'key');
        const { privateKey, publicKey } = makeKeyPair(comment);
        writeFileSync(file, privateKey, { mode: 0o600 });
        expect(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()).toBe(
          publicKey.trim(),
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
