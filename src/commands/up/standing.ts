import type { Box, Provider } from '../../providers/provider.ts';
import type { Emit } from '../../ui/events.ts';
import type { UpSettings } from './settings.ts';

/** Says that nothing was launched, and where what stands is not what was asked for. */
export function tellStanding(
  live: readonly Box[],
  {
    name,
    config,
    provider,
  }: { readonly name: string; readonly config: UpSettings; readonly provider: Provider },
  emit: Emit,
): void {
  for (const box of live) {
    emit({ type: 'notice', level: 'info', ...standing(name, box, provider) });
    const asked = [config.instance_type ?? config.gpu_type, config.region].filter(Boolean).join(' in ');
    if (!differs(box, config)) continue;
    emit({
      type: 'notice',
      level: 'warning',
      message: `It is ${[box.type, box.region].filter(Boolean).join(' in ')}, not ${asked}`,
      hint: config.project
        ? `Its disk goes along to another type: devbox terminate ${config.project}, then launch it again`
        : 'For another box, give it another name: instance_name=NAME',
    });
  }
}

function standing(
  name: string,
  { phase, status }: Box,
  provider: Provider,
): { message: string; hint?: string } {
  if (phase === 'stopped' && provider.power)
    return { message: `${name} is ${status}; nothing was launched`, hint: `devbox start ${name}` };
  if (phase === 'failed' && provider.redeploy) {
    const hint = `devbox redeploy ${name} makes it again, devbox down ${name} ends it`;
    return { message: `${name} is there and ${status}; nothing was launched`, hint };
  }
  return { message: `${name} is up already; nothing was launched` };
}

function differs({ type, region, gpus }: Box, config: UpSettings): boolean {
  const isOther = (has: string | null, asked: string | null | undefined): boolean =>
    has !== null && Boolean(asked) && asked !== has;
  // A part of a GPU's name is enough to ask for it.
  const gpu = gpus.length > 0 || config.gpu_type ? type : null;
  const isOtherGpu =
    isOther(gpu, config.gpu_type) && !gpu?.toLowerCase().includes(config.gpu_type?.toLowerCase() ?? '');
  return isOther(type, config.instance_type) || isOther(region, config.region) || isOtherGpu;
}
