import { startStrictAws, World } from './strict/index.ts';

const [port = '8089', seconds = '5', zone] = process.argv.slice(2);
const aws = await startStrictAws({ port: Number(port) });
const world = await World.make(aws, zone === undefined ? {} : { dns: { provider: 'route53', zone } });
world.progress.milliseconds = Number(seconds) * 1000;
process.stdout.write(
  [
    'A fake AWS listens, with one deployment of devbox in it. Point devbox at it:',
    ...Object.entries(world.env).map(([name, value]) => `  export ${name}=${value}`),
    `Images: ${Object.entries(world.images)
      .map(([name, id]) => `${name} ${id}`)
      .join(', ')}`,
    `Key pair: ${world.deployment.keyPair}. Machines and images take ${seconds} s. Ctrl-C ends it.`,
    '',
  ].join('\n'),
);

let shown = 0;
let told = 0;
setInterval(() => {
  const calls = world.calls.all();
  for (; shown < calls.length && calls[shown]?.outcome !== 'under way'; shown++) {
    process.stdout.write(`${calls[shown]?.name} ${calls[shown]?.outcome}\n`);
  }
  const { problems } = world.account;
  for (; told < problems.length; told++) process.stdout.write(`  problem: ${problems[told]}\n`);
}, 100);
process.once('SIGINT', () => void aws.close().then(() => process.exit(130)));
process.once('SIGTERM', () => void aws.close().then(() => process.exit(143)));
