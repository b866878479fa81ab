import { count } from '../../../base/text.ts';
import type { VolumeFile, VolumeFileList } from '../../../providers/facets/volumes.ts';
import { type Text, token } from '../../../ui/card.ts';
import { byteSize } from '../../../ui/units.ts';
import type { View } from '../../../ui/view.ts';

/** What a directory holds or a search has found. @param label what of a file is shown: its name or its path. */
export function filesView({ files, note }: VolumeFileList, label: 'name' | 'path'): View {
  const directories = files.filter(({ kind }) => kind === 'directory').length;
  const rows = files.map((file): Text[] => [
    kinds[file.kind],
    [token(file.kind === 'directory' ? 'path' : 'plain', file[label])],
    file.kind === 'directory' ? '-' : byteSize(file.size),
    (file.modified ?? '-').slice(0, 16).replace('T', ' '),
  ]);
  const columns = ['TYPE', label === 'name' ? 'NAME' : 'PATH', 'SIZE', 'MODIFIED'];
  return {
    cards: rows.length === 0 ? [] : [{ title: '', rows: [], table: { look: 'list', columns, rows } }],
    footer: [
      rows.length === 0
        ? 'Nothing'
        : `${count(directories, 'directory', 'directories')}, ${count(files.length - directories, 'file')}`,
      ...(note === '' ? [] : [note]),
    ],
    json: { items: files.map(fileJson), directories, files: files.length - directories, note: note || null },
    quiet: files.map(({ path }) => path),
  };
}

const kinds: Readonly<Record<VolumeFile['kind'], string>> = { directory: 'dir', file: 'file', link: 'link' };

function fileJson(file: VolumeFile): Readonly<Record<string, unknown>> {
  return {
    name: file.name,
    path: file.path,
    type: file.kind,
    size: file.size,
    modified: file.modified,
    is_text: file.isText,
  };
}

/** What was done to a path, in all forms. */
export function doneView(
  action: string,
  path: string,
  more: Readonly<Record<string, string | number>> = {},
): View {
  return {
    cards: [
      {
        title: path,
        rows: [
          { label: 'Status', value: action },
          ...Object.entries(more).map(([key, value]) => ({ label: labelOf(key), value: String(value) })),
        ],
      },
    ],
    json: { action, path, ...more },
    quiet: [path],
  };
}

const labelOf = (key: string): string =>
  key === 'sha256' ? 'SHA-256' : `${key.charAt(0).toUpperCase()}${key.slice(1).replaceAll('_', ' ')}`;
