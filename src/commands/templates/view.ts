import { cleanLine } from '../../base/text.ts';
import type { Template } from '../../providers/facets/templates.ts';
import type { Card, Text } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';

/** One template. @param showEnv whether the values of its variables may be seen. */
export function templateView(template: Template, showEnv: boolean, footer: readonly Text[] = []): View {
  return {
    cards: [templateCard(template, showEnv)],
    footer,
    json: templateJson(template, showEnv),
    quiet: [template.id],
  };
}

function templateCard(template: Template, showEnv: boolean): Card {
  const env = Object.entries(template.env).map(([key, value]) =>
    cleanLine(showEnv ? `${key}=${value}` : key),
  );
  const rows: [string, string][] = [
    ['ID', template.id],
    ['Image', template.image],
    ['Type', template.type],
    ['Visibility', template.visibility],
    ['Description', template.description],
    ['Ports', template.ports],
    ['Command', template.command],
    ['Mount Path', template.mountPath],
    ['Memory', gigabytes(template.memoryGb)],
    ['Disk', gigabytes(template.diskGb)],
    ['Volume Disk', gigabytes(template.volumeDiskGb)],
    ['Pull Policy', template.pullPolicy],
    ['Environment', env.join(showEnv ? '\n' : ', ')],
    ['Author', [template.authorName, template.authorUrl].filter(Boolean).join(', ')],
    ['Thumbnail', template.thumbnail],
    ['Notes', template.notes],
    ['Created', template.createdAt],
    ['Updated', template.updatedAt],
  ];
  return {
    title: template.name || template.id,
    rows: rows.flatMap(([label, value]) => (value === '' ? [] : [{ label, value }])),
  };
}

const gigabytes = (size: number | null): string => (size === null ? '' : `${size} GB`);

/** A template in `--json`; the values of its variables only where they may be seen. */
export function templateJson(template: Template, showEnv: boolean): Readonly<Record<string, unknown>> {
  return {
    uuid: template.id,
    name: template.name,
    description: template.description,
    visibility: template.visibility,
    type: template.type,
    image: template.image,
    ports: template.ports,
    command: template.command,
    mount_path: template.mountPath,
    memory_gb: template.memoryGb,
    disk_gb: template.diskGb,
    volume_disk_gb: template.volumeDiskGb,
    pull_policy: template.pullPolicy,
    environment_names: Object.keys(template.env),
    ...(showEnv ? { environment: template.env } : {}),
    author_name: template.authorName,
    author_url: template.authorUrl,
    thumbnail: template.thumbnail,
    notes: template.notes,
    created_at: template.createdAt,
    updated_at: template.updatedAt,
  };
}
