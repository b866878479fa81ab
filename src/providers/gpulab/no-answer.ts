import { DevboxError, type Failure } from '../../base/errors.ts';
import type { HttpFailure } from '../../base/http.ts';
import { formatSeconds } from '../../base/seconds.ts';
import { cleanLine } from '../../base/text.ts';

/** What was asked, and of whom. */
export interface Asked {
  /** `GET /v1/containers` */
  readonly endpoint: string;
  /** The server as the user knows it. */
  readonly server: string;
  readonly timeoutSeconds: number;
}

/** No usable answer came. */
export class NoAnswer extends DevboxError {
  /** The server cannot have seen the request; otherwise its outcome is unknown. */
  readonly unsent: boolean;

  constructor(failure: HttpFailure, asked: Asked) {
    const { message, hint, kind } = wording[failure.reason](asked);
    super(kind ?? 'failed', message, {
      code: `gpulab/${failure.reason}`,
      title: 'No Answer',
      details: [
        { label: 'Server', value: asked.server },
        { label: 'Request', value: asked.endpoint },
        { label: 'Details', value: cleanLine(failure.message, 300) },
      ],
      hint,
      cause: failure,
    });
    this.unsent = failure.unsent;
  }
}

interface Wording {
  readonly message: string;
  readonly hint: string;
  readonly kind?: Failure;
}

const checkAddress = 'Look whether the server runs and the address is right (api.base_url, GPULAB_API_URL).';

const wording: Readonly<Record<HttpFailure['reason'], (asked: Asked) => Wording>> = {
  refused: ({ server }) => ({ message: `nothing answers at ${server}`, hint: checkAddress }),
  unresolved: ({ server }) => ({
    message: `the name of the server is not known: ${server}`,
    hint: 'Check the network connection and the address (api.base_url, GPULAB_API_URL).',
  }),
  timeout: ({ server, timeoutSeconds }) => ({
    message: `no answer from ${server} within ${formatSeconds(timeoutSeconds)}`,
    hint: 'Try again, or allow more time with api.timeout=SECONDS.',
    kind: 'timed-out',
  }),
  dropped: ({ server }) => ({
    message: `the connection to ${server} broke before the answer was complete`,
    hint: server.startsWith('http:')
      ? 'Try again. Or does the server speak TLS? Then its address begins with https://.'
      : 'Try again.',
  }),
  'too-large': ({ server }) => ({
    message: `the answer from ${server} is larger than any that is expected`,
    hint: checkAddress,
  }),
  tls: ({ server }) => ({
    message: `the identity of ${server} could not be verified, and nothing was sent`,
    hint:
      'For a server with a certificate of its own, make its authority known: NODE_EXTRA_CA_CERTS=FILE. ' +
      'Otherwise somebody may stand in between.',
  }),
  invalid: ({ server }) => ({
    message: `${server} cannot be asked: the address is not valid`,
    hint: checkAddress,
  }),
};
