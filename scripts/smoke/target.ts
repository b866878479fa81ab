import { ask } from './ask.ts';
import type { Devbox } from './devbox.ts';
import type { Env } from './gate.ts';
import { types } from './shapes.ts';
import { Stopped } from './verdict.ts';

/** What is launched, and where. */
export interface Target {
  readonly region: string;
  readonly type: string;
}

/**
 * The cheapest instance type that has capacity now, among those that the user allows: `region` and `instance_type` of the
 * settings, or DEVBOX_LAMBDA_REGION and DEVBOX_LAMBDA_TYPE.
 * @throws Stopped where there is none.
 */
export async function chooseTarget(
  devbox: Devbox,
  settings: readonly string[],
  env: Env,
  signal: AbortSignal,
): Promise<Target> {
  const wanted = (key: string, variable: string): string | undefined =>
    settings.findLast((word) => word.startsWith(`${key}=`))?.slice(key.length + 1) ?? env[variable];
  const region = wanted('region', 'DEVBOX_LAMBDA_REGION');
  const type = wanted('instance_type', 'DEVBOX_LAMBDA_TYPE');
  const all = await ask(devbox, ['list', 'resource=instance_types', 'available_only=false'], types, {
    isExcusable: true,
    signal,
  });
  if (type !== undefined && !all.some(({ name }) => name === type))
    throw new Stopped('environment_blocked', `Lambda Cloud has no instance type ${type}`);
  const [cheapest] = all
    .filter(({ name }) => type === undefined || name === type)
    .flatMap((each) => each.regions_with_capacity.map((place) => ({ ...each, place })))
    .filter(({ place }) => region === undefined || place === region)
    .sort((a, b) => a.price_cents_per_hour - b.price_cents_per_hour);
  if (!cheapest)
    throw new Stopped(
      'capacity_blocked',
      `there is no capacity for ${type ?? 'any instance type'} in ${region ?? 'any region'} now`,
    );
  return { region: cheapest.place, type: cheapest.name };
}
