import type { BoxAccess } from '../../remote/access.ts';
import { BoxShell } from '../../remote/copy/box-shell.ts';
import { downloadFiles } from '../../remote/copy/download-files.ts';
import { survey } from '../../remote/copy/survey.ts';
import type { OnProgress } from '../../remote/copy/transfer.ts';
import { isInGit } from '../../remote/sync/working-tree.ts';
import type { Glob } from './globs.ts';

/** Where artifacts come from and go to. */
export interface ArtifactsPlace {
  readonly access: BoxAccess;
  readonly boxId: string;
  /** The directory in the box in which the command ran, absolute. */
  readonly from: string;
  /** The directory of this machine that stands for it, absolute. */
  readonly to: string;
}

/** Regular files below `$1` that lie below one of the other words. Names with line breaks are left out. */
const findScript = `
cd "$1" || exit 1; shift
for p do
  [ -e "./$p" ] || continue
  find "./$p" \\( -name .git -o -name '*
*' \\) -prune -o -type f -print
done`;

/**
 * Fetches the files of a box that patterns mean, each to the same place here. Nothing goes into a `.git`: what a box puts
 * there would be run here.
 * @returns their paths, sorted.
 */
export async function fetchArtifacts(
  globs: readonly Glob[],
  { access, boxId, from, to }: ArtifactsPlace,
  onProgress: OnProgress,
): Promise<string[]> {
  const shell = new BoxShell(access);
  const below = [...new Set(globs.map((glob) => glob.below))];
  const said = await shell.must(`looking for artifacts in ${from}`, findScript, [from, ...below]);
  const found = new Set(said.split('\n').map(normal));
  const paths = [...found]
    .filter((path) => isInside(path) && !isInGit(path) && globs.some((glob) => glob.matches(path)))
    .sort();
  if (paths.length === 0) return [];
  await downloadFiles(shell, await survey(shell, from), paths, to, `${boxId}:${from}`, onProgress);
  return paths;
}

const normal = (line: string): string =>
  line
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

const isInside = (path: string): boolean => path !== '' && !path.split('/').includes('..');
