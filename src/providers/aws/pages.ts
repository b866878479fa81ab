/**
 * Everything that a call gives page by page.
 * @param ask gives one page, after the token of the one before.
 */
export async function allPages<P extends { NextToken?: string | undefined }, T>(
  ask: (token: string | undefined) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    all.push(...(items(page) ?? []));
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return all;
}
