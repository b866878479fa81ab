import { DevboxError } from '../base/errors.ts';
import { clip } from '../base/text.ts';

declare const projectBrand: unique symbol;
declare const runBrand: unique symbol;

/** The name of a project as its row has it. New ones keep to `projectName`; rows of before may have others. */
export type ProjectName = string & { readonly [projectBrand]: true };

/** What one launch of a project is called, from before its box is asked for until nothing of it is left. */
export type RunId = string & { readonly [runBrand]: true };

const rule =
  'A project is named with 1 to 63 letters (a-z, A-Z), digits and inner hyphens, such as my-project; not like an instance id, and not null.';

/**
 * Checks the name of a project before anything is done with it.
 * @throws DevboxError of kind `usage` where no image, DNS label or tag could be named after it later.
 */
export function projectName(text: string): ProjectName {
  if (isProjectName(text)) return text;
  const shown = text === '' ? 'The name of the project is empty.' : `"${clip(text, 80)}" names no project.`;
  throw new DevboxError('usage', shown, { title: 'Project Name', code: 'aws/project-name', hint: rule });
}

/** Whether a name passes `projectName`. To configurations, `null` is no name. */
export function isProjectName(text: string): text is ProjectName {
  return (
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(text) && !isInstanceId(text) && text !== 'null'
  );
}

/** Whether a text is shaped like the id of an instance. */
export function isInstanceId(text: string): boolean {
  return /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i.test(text);
}

/** Rows of the main table whose key begins so are no projects, such as reserved DNS labels. */
export const reservedKeyMark = '#';

/** Whether a key of the main table is that of a project, one of before with a name that is no longer given included. */
export function isProjectKey(key: string): key is ProjectName {
  return key !== '' && !key.startsWith(reservedKeyMark);
}

/** The path of SSM parameters as all commands spell it: `devbox`, `/devbox` and `//devbox//` are `/devbox`. */
export function parameterPrefix(text: string): string {
  const parts = text.split('/').filter((part) => part.trim() !== '');
  return `/${parts.length === 0 ? 'devbox' : parts.map((part) => part.trim()).join('/')}`;
}

/** The deployment that a prefix names, as tags and settings of functions have it: `/devbox` is `devbox`. */
export function deploymentOf(prefix: string): string {
  return parameterPrefix(prefix).slice(1);
}

/** A new run id: `r` and 12 hexadecimal digits. @param random a number from 0 up to but not including 1. */
export function drawRunId(random: () => number): RunId {
  const digits = Array.from({ length: 12 }, () => Math.floor(random() * 16).toString(16));
  return checkedRunId(`r${digits.join('')}`);
}

/** Whether a row or a tag has a run id here. */
export function isRunId(text: string): text is RunId {
  return /^[A-Za-z0-9-]{1,40}$/.test(text);
}

/** The run of a box that was launched before there were run ids; the same whoever works it out. */
export function legacyRunId(instanceId: string): RunId {
  return checkedRunId(`legacy-${instanceId.replace(/[^A-Za-z0-9-]/g, '').slice(0, 32)}`);
}

function checkedRunId(text: string): RunId {
  if (!isRunId(text)) throw new Error(`no run id: ${text}`);
  return text;
}

/** Longest name of an image with EC2. */
const longestImageName = 128;

/**
 * The name of the image of one save. EC2 gives a name once, so that it also keeps two savers from making two images.
 * @param attempt 1 for the first; another one has another name, because the image of the one before may still hold it.
 */
export function imageName(project: string, generation: number, run: RunId, attempt: number): string {
  const tail = `-g${generation}-${run}${attempt === 1 ? '' : `-${attempt}`}`;
  const head = `devbox-${project.replace(/[^A-Za-z0-9-]/g, '_')}`;
  return `${head.slice(0, longestImageName - tail.length)}${tail}`;
}
