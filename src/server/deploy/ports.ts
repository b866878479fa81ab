/** So many ports one box may open. */
const maxPorts = 100;

/**
 * Reads ports as GPULab's clients write them: `8080,8888`, `8000-8010`, `host:container` (the container's side counts),
 * each with or without `/tcp`.
 * @returns each port once, in the order given; or what is wrong, as the end of a sentence that begins with the field.
 */
export function parsePorts(text: string): readonly number[] | string {
  const ports = new Set<number>();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const match = /^(?:[\d.[\]:a-f-]*:)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/i.exec(part);
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (!match || !isPort(first) || !isPort(last) || last < first) {
      return `has ${JSON.stringify(part.slice(0, 40))}, which is no port: use 1 to 65535, as in 8080,8888 or 8000-8010`;
    }
    if (match[3]?.toLowerCase() === 'udp') return `has ${part}: only TCP ports can be opened`;
    if (last - first + 1 > maxPorts) return tooMany;
    for (let port = first; port <= last; port++) ports.add(port);
    if (ports.size > maxPorts) return tooMany;
  }
  return [...ports];
}

const tooMany = `has more than ${maxPorts} ports`;

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;
