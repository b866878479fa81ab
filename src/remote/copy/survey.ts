import { type BoxShell, scriptFailed } from './box-shell.ts';
import type { SumKind } from './sums.ts';

/** What a copy has to know of a path in a box, and of the box. */
export interface Survey {
  /** The path, `~` replaced. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other' | 'none';
  /** Whether the directory that the path lies in is there. */
  readonly hasParent: boolean;
  /** Bytes, permissions, and milliseconds since 1970, of a file; 0 where the box cannot tell. */
  readonly bytes: number;
  readonly mode: number;
  readonly mtime: number;
  /** Whether commands get stdin, so that content can be sent in one go. */
  readonly hasStdin: boolean;
  readonly hasTar: boolean;
  readonly hasTee: boolean;
  readonly hasBase64: boolean;
  readonly sum: SumKind | null;
}

/** What is asked in one go: each command is a round trip. */
const script = `
p=$1
case $p in '~'|'~/'*) p=$HOME\${p#'~'};; esac
printf 'home=%s\\n' "$HOME"
if [ -d "$p" ]; then echo kind=directory; elif [ -f "$p" ]; then echo kind=file
elif [ -e "$p" ] || [ -L "$p" ]; then echo kind=other; else echo kind=none; fi
q=\${p%/}; d=\${q%/*}; [ "$d" = "$q" ] && d=.; [ -d "\${d:-/}" ] && echo parent=yes
if [ -f "$p" ]; then
  printf 'bytes=%s\\n' "$(wc -c < "$p")"
  printf 'stat=%s\\n' "$(stat -L -c '%a %Y' "$p" 2>/dev/null || stat -L -f '%Lp %m' "$p" 2>/dev/null)"
fi
for t in tar tee base64 sha256sum md5sum cksum; do command -v $t >/dev/null 2>&1 && echo "has=$t"; done
exit 0
`;

/** Looks at a path in a box. @throws DevboxError where no command runs there. */
export async function survey(shell: BoxShell, path: string): Promise<Survey> {
  const safe = path.startsWith('-') ? `./${path}` : path;
  const result = await shell.run(script, [safe], { timeoutSeconds: 30 });
  if (result.code !== 0) throw scriptFailed(`looking at ${path}`, result);
  const lines = result.stdout.split('\n').map((line) => line.split('='));
  const get = (key: string): string =>
    lines
      .find(([name]) => name === key)
      ?.slice(1)
      .join('=') ?? '';
  const tools = lines.filter(([name]) => name === 'has').map(([, tool]) => tool);
  const kind = get('kind');
  const [mode = '', mtime = ''] = get('stat').split(' ');
  const sums: [string, SumKind][] = [
    ['sha256sum', 'sha256'],
    ['md5sum', 'md5'],
    ['cksum', 'cksum'],
  ];
  return {
    path: /^~(?:\/|$)/.test(safe) ? `${get('home')}${safe.slice(1)}` : safe,
    kind: kind === 'file' || kind === 'directory' || kind === 'other' ? kind : 'none',
    hasParent: get('parent') === 'yes',
    bytes: Number(get('bytes').trim()) || 0,
    mode: Number.parseInt(mode, 8) || 0,
    mtime: (Number(mtime) || 0) * 1000,
    hasStdin: await shell.streams(),
    hasTar: tools.includes('tar'),
    hasTee: tools.includes('tee'),
    hasBase64: tools.includes('base64'),
    sum: sums.find(([tool]) => tools.includes(tool))?.[1] ?? null,
  };
}
