import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hasCode } from '../../../base/files.ts';
import { ApiProblem } from '../../problem.ts';

/** A box that may listen on ports. */
export interface PortHolder {
  readonly id: string;
  readonly name: string;
  readonly ports: readonly number[];
}

/**
 * Which ports a box that is to be made cannot have, and why: 409 where another box or program has one, 422 where no box
 * can have it. All boxes share the machine's network, so each port is had once.
 * @param isPrivileged whether the box's processes may open what belongs to root.
 */
export async function refusedPorts(
  ports: readonly number[],
  others: readonly PortHolder[],
  isPrivileged: boolean,
): Promise<ReadonlyMap<number, ApiProblem>> {
  const lowest = isPrivileged ? 0 : await lowestOpen();
  const refused = new Map<number, ApiProblem>();
  for (const port of ports) {
    const holder = others.find((other) => other.ports.includes(port));
    if (port < lowest) refused.set(port, problem(422, port, `boxes here can open ports from ${lowest} on`));
    else if (holder)
      refused.set(port, problem(409, port, `container ${holder.name} (${holder.id}) opens it`));
    else if (await isInUse(port))
      refused.set(port, problem(409, port, 'another program of this machine uses it'));
  }
  return refused;
}

const problem = (status: 409 | 422, port: number, why: string): ApiProblem =>
  new ApiProblem(status, 'port-unavailable', `port ${port} cannot be opened: ${why}`, {
    opened_ports: [why],
  });

/** The first port that does not need root. */
async function lowestOpen(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '1024');
  return Number(text);
}

/** Tries to listen as most programs do, on all addresses, and on loopback, where others may be besides. */
async function isInUse(port: number): Promise<boolean> {
  for (const host of [undefined, '0.0.0.0', '127.0.0.1']) {
    if (await isRefused(port, host)) return true;
  }
  return false;
}

function isRefused(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(hasCode(error, 'EADDRINUSE')));
    server.listen({ port, ...(host === undefined ? {} : { host }), exclusive: true }, () =>
      server.close(() => resolve(false)),
    );
  });
}
