export interface AddressRules {
  /** An address that is right, for the one who wrote a wrong one. */
  readonly example: string;
  /** Whether plain http may go to other machines too; absent where nobody can allow that. */
  readonly insecure?: boolean;
  /** Whether `unix:/path/to.sock` is an address. */
  readonly unixSockets?: boolean;
}

/**
 * What is wrong with a base address of an API, or undefined where nothing is. The key travels with every request,
 * so plain http is for this machine only.
 */
export function baseUrlProblem(text: string, rules: AddressRules): string | undefined {
  if (rules.unixSockets && text.startsWith('unix:')) {
    return socketPath(text)?.startsWith('/')
      ? undefined
      : 'must name its socket by an absolute path: unix:/path/to.sock';
  }
  if (!URL.canParse(text)) return `is not an address such as ${rules.example}`;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must end with its path: no ? and no #';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && (rules.insecure || isLoopback(url.hostname))) return undefined;
  const allowance = rules.insecure === undefined ? '' : '; insecure=true beside it allows more';
  return `must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost, since the key travels along${allowance})`;
}

/** The base address without its trailing slashes, so that a path can be appended. */
export function withoutTrailingSlash(text: string): string {
  return text.replace(/\/+$/, '');
}

/** The path in `unix:/path/to.sock`, or undefined for an address of another kind. */
export function socketPath(text: string): string | undefined {
  return text.startsWith('unix:') ? text.slice('unix:'.length) : undefined;
}

/** Whether a host name of a URL means this machine whatever a name server says. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
