import * as z from 'zod/mini';
import { DevboxError, type Failure } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import { cleanLine } from '../base/text.ts';

/** What Cloudflare's client throws where an answer came; told by its shape, since there is only one copy of it in a bundle. */
const answered = z.object({
  status: z.number(),
  errors: z.catch(z.array(z.object({ code: z.nullish(z.number()), message: z.nullish(z.string()) })), []),
});

interface Told {
  /** Null where no answer came. */
  readonly status: number | null;
  /** The number of Cloudflare's first error; null where it gave none. */
  readonly code: number | null;
  readonly message: string;
}

function toldBy(error: unknown): Told {
  const text = error instanceof Error ? error.message : String(error);
  const answer = answered.safeParse(error);
  if (!answer.success) return { status: null, code: null, message: cleanLine(text, 300) };
  const [first] = answer.data.errors;
  const message = first?.message ?? `it answered ${answer.data.status}`;
  return { status: answer.data.status, code: first?.code ?? null, message: cleanLine(message, 300) };
}

/** Whether Cloudflare does not accept the token, for this zone or at all. */
export function refusesToken(error: unknown): boolean {
  const { status, code } = toldBy(error);
  // 6003 comes with status 400, for a token that cannot be one.
  return status === 401 || status === 403 || code === 6003;
}

/**
 * Errors that say that the records at the name are not what they were: one of that name is there (81053, 81054, 81057,
 * 81058), an NS record is (81056), or the one to delete is not (81044).
 */
export function meansChanged(error: unknown): boolean {
  const { code } = toldBy(error);
  return code !== null && [81044, 81053, 81054, 81056, 81057, 81058].includes(code);
}

/** The card of what Cloudflare's client threw. The token never gets into it. */
export function cloudflareError(
  error: unknown,
  doing: string,
  name: string | null,
  token: string,
): DevboxError {
  if (error instanceof DevboxError) return error;
  const told = toldBy(error);
  const { kind, hint } = meaningOf(error, told);
  const message = unreadable(error) ?? told.message;
  return new DevboxError(kind, `${doing}: ${redact(message, [token]).replace(/\.$/, '')}.`, {
    title: 'Cloudflare Error',
    code: `cloudflare/${told.code ?? told.status ?? 'no-answer'}`,
    details: [
      ...(name === null ? [] : [{ label: 'Name', value: name }]),
      ...(told.status === null ? [] : [{ label: 'Status', value: String(told.status) }]),
      ...(told.code === null ? [] : [{ label: 'Code', value: String(told.code) }]),
    ],
    hint,
    cause: error,
  });
}

function meaningOf(error: unknown, { status }: Told): { readonly kind: Failure; readonly hint: string } {
  if (refusesToken(error))
    return {
      kind: 'unauthorised',
      hint: 'Store a token with the permissions Zone Read and DNS Write for this zone in the parameter secrets/cloudflare/apiToken.',
    };
  if (status === 429)
    return { kind: 'failed', hint: 'Cloudflare asks to slow down. Try again in some minutes.' };
  if (status !== null && status < 500)
    return { kind: 'failed', hint: 'See the zone in the Cloudflare dashboard.' };
  const slow = error instanceof Error && /timed out/i.test(error.message);
  return {
    kind: slow ? 'timed-out' : 'failed',
    hint: 'Try again later: devbox reconcile. Whether Cloudflare works: https://www.cloudflarestatus.com',
  };
}

/** What zod throws; told by its shape, since naming its class brings all of zod into the bundle, languages included. */
const notAsExpected = z.object({
  issues: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])) })),
});

function unreadable(error: unknown): string | null {
  const parsed = notAsExpected.safeParse(error);
  if (!parsed.success) return null;
  const [first] = parsed.data.issues;
  const path = first === undefined || first.path.length === 0 ? 'the answer' : first.path.join('.');
  return `the answer cannot be read (${path})`;
}
