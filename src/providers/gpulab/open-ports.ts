import { cleanLine } from '../../base/text.ts';
import type { OpenPort } from '../facts.ts';

/**
 * The open ports of a container and their addresses. GPULab says nothing of the form in which it gives addresses, so
 * any text is searched for them: `{"8080":"https://..."}`, `8080 -> https://...`, or addresses alone, whose port is in
 * their own name (`https://ID-8080.proxy.example`, `http://host:8080`).
 * @param opened `8080,7000-7010`
 * @param said whatever stands for the addresses: text, or the value that it would be as JSON.
 * @param exact what a server of ours says: the address of each port that can be reached now.
 */
export function openPorts(
  opened: string | null | undefined,
  said: unknown,
  exact: Readonly<Record<string, string>> | null | undefined,
): OpenPort[] {
  const ports = (opened ?? '').split(/[\s,]+/).flatMap((text) => {
    const [, port] = /^(?:\d+:)?(\d{1,5}(?:-\d{1,5})?)(?:\/\w+)?$/.exec(text) ?? [];
    return port === undefined ? [] : [port];
  });
  const urls = exact ? new Map(Object.entries(exact)) : urlsIn(said, ports);
  return [...new Set([...ports, ...urls.keys()])].map((port) => {
    const url = urls.get(port);
    return { port: cleanLine(port, 11), url: url === undefined ? null : cleanLine(url, 500) };
  });
}

function urlsIn(said: unknown, ports: readonly string[]): Map<string, string> {
  const text = typeof said === 'string' ? said : JSON.stringify(said ?? '');
  const found = new Map<string, string>();
  const unnamed: string[] = [];
  for (const [, label, url = ''] of text.matchAll(
    /(?:\b(\d{1,5})\b["'\s:=>→-]{0,8})?(https?:\/\/[^\s"',;<>[\]{}\\]+)/g,
  )) {
    const port = label ?? portOf(url, ports);
    if (port === undefined) unnamed.push(url);
    else found.set(port, url);
  }
  // One address and one port can only belong together.
  const [only] = ports;
  const [url] = unnamed;
  if (only !== undefined && url !== undefined && ports.length === 1 && found.size === 0) found.set(only, url);
  return found;
}

/** The port that an address is for: one in its host's name, or its own. */
function portOf(url: string, ports: readonly string[]): string | undefined {
  const { host = '', port } = /^https?:\/\/(?<host>[^/:?#]+)(?::(?<port>\d+))?/.exec(url)?.groups ?? {};
  const named = /-(\d{1,5})\./.exec(host)?.[1];
  if (named !== undefined && (ports.length === 0 || ports.includes(named))) return named;
  return port;
}
