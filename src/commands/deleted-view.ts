import type { View } from '../ui/view.ts';

/** A thing that was deleted. */
export function deletedView({ id, name }: { readonly id: string; readonly name: string }): View {
  return {
    cards: [
      {
        title: name || id,
        rows: [
          { label: 'ID', value: id },
          { label: 'Status', value: 'deleted' },
        ],
      },
    ],
    json: { id, name, action: 'deleted' },
    quiet: [id],
  };
}
