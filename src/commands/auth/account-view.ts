import type { Account } from '../../providers/facets/account.ts';
import type { Row } from '../../ui/card.ts';

/** Whose account it is, in the fewest words. */
export function accountTitle({ name, email }: Account): string {
  return name ?? email ?? 'Account';
}

export function accountRows({ email, team, boxes }: Account): Row[] {
  return [
    ...(email === null ? [] : [{ label: 'Email', value: email }]),
    ...(team === null ? [] : [{ label: 'Team', value: team }]),
    ...(boxes === null ? [] : [{ label: 'Boxes', value: String(boxes) }]),
  ];
}

/** GPULab's own shape. */
export function accountJson({ name, email, team, boxes }: Account) {
  return { name, email, team: team === null ? null : { name: team }, container_count: boxes };
}
