import { createHash } from 'node:crypto';
import type { Context } from '../../base/context.ts';
import { discreet } from '../../base/discreet.ts';
import { DevboxError } from '../../base/errors.ts';
import { createHttp } from '../../base/http.ts';
import { formatSeconds } from '../../base/seconds.ts';
import { traced } from '../../base/trace.ts';
import type { DevboxEvent } from '../../ui/events.ts';
import type { Region } from '../facets/catalogue.ts';
import type { Provider, ProviderDeps } from '../provider.ts';
import { auditOf } from './audit.ts';
import { boxOf } from './box.ts';
import { imageOf, regionOf, typesOf } from './catalogue.ts';
import { LambdaClient } from './client.ts';
import { filesystemsOf } from './filesystems.ts';
import { firewallOf } from './firewall.ts';
import { describeLaunch, launchAnswer, launchBody, sshLaunch } from './launch.ts';
import { renameBox, restartBox, restartBoxes, terminateBox, terminateBoxes } from './operate.ts';
import { sharedPacer } from './pacer.ts';
import type { LambdaApi } from './schema.ts';
import { sshKeysOf } from './ssh-keys.ts';
import * as wire from './wire.ts';

/**
 * Opens Lambda Cloud; no request is made yet.
 * @throws DevboxError of kind `unauthorised` where there is no key, `usage` where it must not travel to the address.
 */
export async function openLambda(api: LambdaApi, context: Context, deps: ProviderDeps): Promise<Provider> {
  const apiKey = checkKey(api.api_key);
  const { clock, signal } = context;
  const account = createHash('sha256').update(apiKey).digest('hex').slice(0, 12);
  const pacer = sharedPacer(deps.shared, `lambda ${api.base_url} ${account}`, clock, {
    requestSeconds: api.request_interval,
    launchSeconds: api.launch_interval,
  });
  const http = traced(discreet(createHttp(`devbox/${context.version}`)), context);
  const client = new LambdaClient({
    baseUrl: api.base_url,
    apiKey,
    timeoutSeconds: api.timeout,
    retryDelaySeconds: api.request_interval,
    http: deps.listen ? deps.listen(http) : http,
    pacer,
    clock,
    signal,
    unanswered: context.unanswered,
    onPatience: () => deps.emit(patience),
  });

  return {
    name: 'lambda',
    account,
    launchIntervalSeconds: api.launch_interval,
    // Nobody says how late one can appear; forgetting it costs money, so this is generous.
    surfacingMinutes: 10,
    describeLaunch,
    sshLaunch,
    async list() {
      return (await client.get('/instances', wire.instances)).map(boxOf);
    },
    get: (id) => getBox(client, id),
    async launch(request) {
      const body = await launchBody(request, { cwd: context.cwd, home: context.paths.home });
      const wait = pacer.launchWaitSeconds;
      if (wait >= 1) {
        const message = `Lambda Cloud takes one launch in ${formatSeconds(api.launch_interval)}: the next goes out in ${formatSeconds(wait)}.`;
        deps.emit({ type: 'notice', level: 'info', message });
      }
      return launchAnswer(
        await client.change('POST', '/instance-operations/launch', body, wire.launched, true),
      );
    },
    terminate: (box) => terminateBox(client, box),
    terminateTogether: (boxes) => terminateBoxes(client, boxes),
    rename: { rename: (box, name) => renameBox(client, box, name) },
    restart: {
      restart: (box) => restartBox(client, box),
      restartTogether: (boxes) => restartBoxes(client, boxes),
    },
    catalogue: {
      types: async () => typesOf(await client.get('/instance-types', wire.instanceTypes)),
      images: async () => (await client.get('/images', wire.images)).map(imageOf),
      regions: () => regionsFrom(client),
    },
    filesystems: filesystemsOf(client),
    sshKeys: sshKeysOf(client),
    firewall: firewallOf(client),
    audit: auditOf(client),
  };
}

/** The regions; before version 1.10.0 of the API, those in which there is an image or capacity. */
async function regionsFrom(client: LambdaClient): Promise<Region[]> {
  try {
    return (await client.get('/regions', wire.regions)).map(regionOf);
  } catch (error) {
    if (!(error instanceof DevboxError) || !isUnknownPath(error)) throw error;
  }
  const images = await client.get('/images', wire.images);
  const types = Object.values(await client.get('/instance-types', wire.instanceTypes));
  const regions = [
    ...images.flatMap(({ region }) => region ?? []),
    ...types.flatMap((type) => type.regions_with_capacity_available),
  ].map(regionOf);
  return [...new Map(regions.map((region) => [region.name, region])).values()];
}

const isUnknownPath = ({ code, kind }: DevboxError): boolean =>
  code === 'lambda/http-404' || kind === 'not-found';

/** Only the API's own word for it makes a box absent; any other 404 comes from something in between. */
async function getBox(client: LambdaClient, id: string): Promise<ReturnType<typeof boxOf> | null> {
  // Dots would be taken for path segments, and an empty ID for the list.
  if (/^\.{0,2}$/.test(id)) return null;
  try {
    return boxOf(await client.get(`/instances/${encodeURIComponent(id)}`, wire.instance));
  } catch (error) {
    if (error instanceof DevboxError && absentCodes.has(error.code)) return null;
    throw error;
  }
}

/** Quiet calls hear it too: without it, Ctrl-C seems to do nothing for a while. */
const patience: DevboxEvent = {
  type: 'notice',
  level: 'warning',
  message: 'Waiting for the answer to what was sent; Ctrl-C again ends at once',
};

const absentCodes: ReadonlySet<string> = new Set(['global/object-does-not-exist', 'global/not-found']);

function checkKey(configured: string | null): string {
  const key = (configured ?? '').trim();
  if (key === '') {
    throw new DevboxError('unauthorised', 'There is no key for Lambda Cloud.', {
      code: 'lambda/no-api-key',
      details: [{ label: 'Setting', value: 'api.api_key (from the environment variable LAMBDA_API_KEY)' }],
      hint: 'Create a key in the Lambda Cloud dashboard (https://cloud.lambda.ai/api-keys), then type: export LAMBDA_API_KEY=...',
    });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new DevboxError(
      'unauthorised',
      'The key for Lambda Cloud contains blanks or characters that no key has.',
      {
        code: 'lambda/malformed-api-key',
        details: [{ label: 'Setting', value: 'api.api_key (from the environment variable LAMBDA_API_KEY)' }],
        hint: 'Copy it again from the Lambda Cloud dashboard, then type: export LAMBDA_API_KEY=...',
      },
    );
  }
  return key;
}
