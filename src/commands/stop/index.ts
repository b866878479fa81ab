import { token } from '../../ui/card.ts';
import { actOnBoxes } from '../act-on-boxes.ts';
import { boxCard, boxJson } from '../box-card.ts';
import { defineCommand } from '../command.ts';
import { identifiersShape } from '../settings.ts';

export const stop = defineCommand({
  name: 'stop',
  changes: true,
  summary: 'stop boxes; they keep their files and can be started again',
  examples: ['devbox stop train', 'devbox command=stop instance_identifier=train'],
  positionals: ['instance_identifier'],
  shape: identifiersShape,
  async run(config, deps) {
    const { boxes, ...outcome } = await actOnBoxes(config.instance_identifier, 'power', deps, (power, box) =>
      power.stop(box),
    );
    const json = boxes.map((box) => boxJson(box));
    const view = {
      cards: boxes.map((box) => boxCard(box)),
      footer: boxes.map((box) => [
        token('dim', 'Start: '),
        token('command', `devbox start ${box.name ?? box.id}`),
      ]),
      json: json.length === 1 ? json[0] : json,
      quiet: boxes.map((box) => box.id),
    };
    return { view, ...outcome };
  },
});
