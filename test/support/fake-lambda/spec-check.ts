import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** One exchange, with its path as the descriptions spell it: `/api/v1/instances`. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed; undefined where there was none. */
  readonly body: unknown;
}

/** Lambda's published descriptions of the API, ready to check exchanges against. */
export interface SpecCheck {
  readonly versions: readonly string[];
  /** What is wrong with a request, in words that name the version; empty where nothing is. */
  request(exchange: Exchange): string[];
  /** What is wrong with an answer to it. @param version the only one that describes it so. */
  answer(exchange: Exchange, status: number, body: unknown, version?: string): string[];
}

const versions = ['1.8.3', '1.10.0'] as const;

/**
 * Loads the descriptions from `../shared/spec` beside the project.
 * @returns undefined where they are absent, after a notice on stderr (once in a process).
 */
export async function openSpecCheck(projectRoot: string): Promise<SpecCheck | undefined> {
  const folder = resolve(projectRoot, '..', 'shared', 'spec');
  const fileOf = (version: string): string => join(folder, `lambda-openapi-${version}.json`);
  if (!versions.every((version) => existsSync(fileOf(version)))) {
    sayOnce('notice: ../shared/spec is absent, so nothing is checked against the published descriptions\n');
    return undefined;
  }
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  ajv.addFormat('ipv4network', /^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/);
  ajv.addFormat('password', true);

  const specs: Spec[] = [];
  for (const version of versions) {
    const document: unknown = JSON.parse(await readFile(fileOf(version), 'utf8'));
    if (!isRecord(document)) throw new Error(`${fileOf(version)} holds no object`);
    ajv.addSchema(document, version);
    specs.push({
      version,
      document,
      problem(pointer, value) {
        const validate = ajv.getSchema(`${version}#${pointer}`);
        if (validate === undefined) return `there is no schema at ${pointer}`;
        return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'body' });
      },
    });
  }
  return {
    versions,
    request(exchange) {
      // A call that came with a later version is held against that one.
      const having = specs.filter((spec) => operationAt(spec, exchange.method, exchange.path));
      return (having.length === 0 ? specs : having).flatMap((spec) => checkRequest(spec, exchange));
    },
    answer: (exchange, status, body, version) =>
      specs
        .filter((spec) => version === undefined || spec.version === version)
        .flatMap((spec) => checkAnswer(spec, exchange, status, body)),
  };
}

interface Spec {
  readonly version: string;
  readonly document: Record<string, unknown>;
  /** What keeps a value from fitting the schema at a JSON pointer. */
  problem(pointer: string, value: unknown): string | undefined;
}

function checkRequest(spec: Spec, { method, path, query, body }: Exchange): string[] {
  const say = (text: string): string => `${spec.version}: ${method} ${path}: ${text}`;
  const found = operationAt(spec, method, path);
  if (found === undefined) return [say('no such operation')];
  const problems: string[] = [];
  const allowed = queryNames(found.operation);
  for (const name of query.keys()) {
    if (!allowed.has(name)) problems.push(say(`no query field ${name} is described`));
  }
  const schema = at(found.operation, ['requestBody', 'content', 'application/json', 'schema']);
  if (!isRecord(schema)) return body === undefined ? problems : [...problems, say('a body is not described')];
  const wrong = spec.problem(
    pointer([...found.where, 'requestBody', 'content', 'application/json', 'schema']),
    body,
  );
  if (wrong !== undefined) problems.push(say(wrong));
  // The descriptions do not forbid unlisted fields; devbox must not send any all the same.
  const properties = at(resolveRef(spec, schema), ['properties']);
  for (const name of isRecord(body) && isRecord(properties) ? Object.keys(body) : []) {
    if (isRecord(properties) && !Object.hasOwn(properties, name))
      problems.push(say(`unlisted field ${name}`));
  }
  return problems;
}

function checkAnswer(spec: Spec, { method, path }: Exchange, status: number, body: unknown): string[] {
  const say = (text: string): string => `${spec.version}: answer ${status} to ${method} ${path}: ${text}`;
  const found = operationAt(spec, method, path);
  if (found === undefined) return [];
  const steps = ['responses', String(status), 'content', 'application/json', 'schema'];
  if (at(found.operation, steps) === undefined) return [say('this status is not described')];
  const wrong = spec.problem(pointer([...found.where, ...steps]), body);
  return wrong === undefined ? [] : [say(wrong)];
}

/** The operation for a concrete path; a literal path wins over one with parameters. */
function operationAt(
  spec: Spec,
  method: string,
  path: string,
): { where: string[]; operation: Record<string, unknown> } | undefined {
  const paths = spec.document['paths'];
  if (!isRecord(paths)) return undefined;
  const candidates = Object.keys(paths)
    .filter((template) => fits(template, path))
    .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
  for (const template of candidates) {
    const where = ['paths', template, method.toLowerCase()];
    const operation = at(spec.document, where);
    if (isRecord(operation)) return { where, operation };
  }
  return undefined;
}

function fits(template: string, path: string): boolean {
  const expected = template.split('/');
  const given = path.split('/');
  return (
    expected.length === given.length &&
    expected.every((part, i) => part === given[i] || (part.startsWith('{') && given[i] !== ''))
  );
}

function queryNames(operation: Record<string, unknown>): Set<string> {
  const parameters = operation['parameters'];
  const names = (Array.isArray(parameters) ? parameters : [])
    .filter(isRecord)
    .filter((parameter) => parameter['in'] === 'query')
    .map((parameter) => String(parameter['name']));
  return new Set(names);
}

function resolveRef(spec: Spec, schema: Record<string, unknown>): Record<string, unknown> {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  const target = at(spec.document, ref.replace(/^#\//, '').split('/'));
  return isRecord(target) ? target : schema;
}

function at(value: unknown, steps: readonly string[]): unknown {
  let here = value;
  for (const step of steps) here = isRecord(here) ? here[step] : undefined;
  return here;
}

/** A JSON pointer as part of a URI. */
function pointer(steps: readonly string[]): string {
  return steps
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

let said = false;

function sayOnce(text: string): void {
  if (!said) process.stderr.write(text);
  said = true;
}
