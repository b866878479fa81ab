import { DevboxError } from '../base/errors.ts';

interface Meaning {
  /** What is the matter, in words. */
  readonly what: string;
  /** What to do about it. */
  readonly todo: (path: string) => string;
}

const mayDo = (path: string): string =>
  `Look who owns ${path} and what its permissions are; HOME and the XDG_* variables say where devbox keeps things.`;
const makeRoom = (path: string): string => `Make room where ${path} is, then try again.`;
const moveAway = (path: string): string => `Look what stands at ${path} or above it, and move it away.`;

/** Errors of the operating system that say something about this machine and nothing about devbox. */
const meanings: Readonly<Record<string, Meaning>> = {
  EACCES: { what: 'permission denied', todo: mayDo },
  EPERM: { what: 'the operating system does not permit it', todo: mayDo },
  EROFS: { what: 'the file system is read-only', todo: mayDo },
  ENOSPC: { what: 'no space is left', todo: makeRoom },
  EDQUOT: { what: 'the disk quota is used up', todo: makeRoom },
  ENOTDIR: { what: 'a file stands where a directory is needed', todo: moveAway },
  EEXIST: { what: 'something stands where a directory is needed', todo: moveAway },
  EISDIR: { what: 'a directory stands where a file is needed', todo: moveAway },
  ELOOP: { what: 'its links lead in a circle', todo: moveAway },
  ENOENT: { what: 'there is no such file or directory', todo: (path) => `See that ${path} can be reached.` },
  EMFILE: {
    what: 'too many files are open',
    todo: () => 'Allow more (ulimit -n), or run fewer jobs at a time.',
  },
  ENFILE: {
    what: 'too many files are open on this machine',
    todo: () => 'End other programs, then try again.',
  },
};

/** The error for a fault of the machine or the account rather than of devbox; undefined for any other. */
export function systemError(error: unknown): DevboxError | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('syscall' in error))
    return undefined;
  const { code, syscall } = error;
  if (typeof code !== 'string' || !Object.hasOwn(meanings, code)) return undefined;
  const meaning = meanings[code];
  if (meaning === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  // Without a path it is a stream that was open before, and of those devbox writes to its own.
  const place = path ?? 'the output';
  return new DevboxError('failed', `${place}: ${meaning.what}`, {
    code: `system/${code}`,
    title: 'System Error',
    details: [{ label: 'Call', value: `${String(syscall)} (${code})` }],
    hint: path === undefined ? 'Look where the output goes, then try again.' : meaning.todo(path),
    cause: error,
  });
}
