import { invalid } from './account.ts';
import type { Asked, Operation } from './operations.ts';

type Paged = ReturnType<Operation>;

/** A page of the events between `start` and `end`, in the shape that the version has. The token is opaque to clients. */
export function auditPage({ catalogue, query, version, auditPageSize }: Asked): Paged {
  const [start, end] = ['start', 'end'].map((name) => query.get(name));
  const type = query.get('resource_type');
  const token = query.get('page_token');
  const from = token === null ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1]);
  if (Number.isNaN(from)) return { refusal: invalid('There is no such page.') };
  const all = catalogue.auditEvents.filter((event) => {
    const time = Date.parse(String(event['event_time']));
    return (
      (!start || time >= Date.parse(start)) &&
      (!end || time <= Date.parse(end)) &&
      (type === null || type === `${event['service_name']}.${event['resource_name']}`)
    );
  });
  const events = all.slice(from, from + auditPageSize);
  const page_token = from + auditPageSize < all.length ? `page-${from + auditPageSize}` : null;
  return version === '1.8.3' ? { data: { events, page_token } } : { data: events, beside: { page_token } };
}
