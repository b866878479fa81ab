import type { Context } from '../../base/context.ts';
import type { VolumeFiles } from '../../providers/facets/volumes.ts';
import type { LargeFiles } from '../../remote/copy/index.ts';
import { saveFile } from '../../remote/copy/local-file.ts';
import type { FoundBox } from '../find-box.ts';
import { receive } from '../receive-file.ts';
import { uploadSource } from '../upload-source.ts';

/**
 * The volume of a box as another way to its files, where the provider has volumes and says where this one is mounted: the
 * path in the box less the mount path is the path in the volume.
 */
export function largeFilesOf(
  { box, provider }: Pick<FoundBox, 'box' | 'provider'>,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): LargeFiles | null {
  const { volumes } = provider;
  const { volume } = box;
  const mountPath = volume?.mountPath?.replace(/\/+$/, '');
  if (!volumes || !volume || !mountPath) return null;

  const inVolume = (path: string): string | undefined => {
    const isClean = !path.split('/').includes('..');
    return isClean && path.startsWith(`${mountPath}/`) ? path.slice(mountPath.length + 1) : undefined;
  };
  const files = async (): Promise<VolumeFiles> => {
    const all = await volumes.list();
    const { id } = all.find(({ id }) => id === volume.name) ??
      all.find(({ name }) => name === volume.name) ?? { id: volume.name };
    return volumes.files(id);
  };
  return {
    async upload(path, content, onProgress) {
      const rest = inVolume(path);
      if (rest === undefined) return null;
      await (await files()).upload(rest, uploadSource(content, `${box.id}/${path}`, onProgress));
      return { files: 1, bytes: content.bytes, sha256: await content.sha256() };
    },
    async download(path, target, onProgress) {
      const rest = inVolume(path);
      if (rest === undefined) return null;
      const from = await files();
      const received = await saveFile(target, (file) => receive(from, rest, file, onProgress, clock, signal));
      return { files: 1, ...received };
    },
  };
}
