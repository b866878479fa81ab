import { agrees } from '../../base/ask.ts';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import type { Project } from '../../config/project.ts';
import { fingerprint, projectFiles } from '../../config/trust/files.ts';
import { type Verdict, verdictOn } from '../../config/trust/guard.ts';
import { distrust, realDirectory, trust as remember, trustOf } from '../../config/trust/store.ts';
import { survey } from '../../config/trust/survey.ts';
import type { MetaCall, MetaCommand } from './meta.ts';
import { listView, projectView, trustedView } from './trust-view.ts';
import { readTrustWords } from './trust-words.ts';

/**
 * Shows what a project contains, and notes that the user trusts it: `devbox trust`, `devbox trust DIR`; without a
 * terminal `devbox trust yes=true`. `revoke=true` takes it back, `list=true` shows what is trusted.
 */
export const trust: MetaCommand = {
  summary: 'trust the configuration of a project: DIR, yes=true, revoke=true, list=true',
  async run(call) {
    const { context } = call;
    const wanted = readTrustWords(call.words, call.rest);
    if (wanted.list) return { view: await listView(context) };
    const start = wanted.directory ?? context.cwd;
    const { findProject } = await import('../../config/project.ts');
    if (wanted.revoke) {
      // A project whose file is broken by now can be forgotten as well.
      const project = await findProject(start).catch(() => undefined);
      return revoke(project?.directory ?? start, context);
    }
    const project = await findProject(start);
    if (project === undefined) throw noProject(start);
    return ask(project, call, wanted.yes);
  },
};

async function ask(project: Project, call: MetaCall, yes: boolean): ReturnType<MetaCommand['run']> {
  const { context } = call;
  const files = projectFiles(project);
  const print = fingerprint(project, files);
  const record = trustOf(project.directory, context);
  const verdict: Verdict = verdictOn(project, record);
  const here = { ...context, cwd: project.directory };
  const found = { project, files, verdict, record, ...survey(project, call.flags, here) };
  if (verdict === 'trusted') return { view: projectView(found, context) };
  if (!yes && !call.interactive) return { view: projectView(found, context), error: notAsked() };
  if (!yes) {
    await call.show(projectView(found, context));
    if (!(await agrees('Trust it as it is now?', context))) throw declined();
  }
  const since = new Date(context.clock.now()).toISOString();
  await remember({ directory: realDirectory(project.directory), fingerprint: print, since }, context);
  return { view: yes ? projectView({ ...found, verdict: 'trusted' }, context) : trustedView(project, since) };
}

async function revoke(directory: string, context: Context): ReturnType<MetaCommand['run']> {
  const real = realDirectory(directory);
  if (!(await distrust(real, context))) {
    throw new DevboxError('not-found', `${directory} is not trusted`, {
      code: 'trust/none',
      hint: 'devbox trust list=true shows what is.',
    });
  }
  return {
    view: {
      cards: [{ title: real, rows: [{ label: 'Trust', value: 'taken back' }] }],
      json: { directory: real, trust: 'unknown' },
      quiet: [real],
    },
  };
}

function noProject(directory: string): DevboxError {
  return new DevboxError('not-found', 'there is no project here', {
    code: 'trust/no-project',
    details: [{ label: 'Looked from', value: directory }],
    hint: 'A project is a directory with .devbox/ or .devboxrc.yaml: devbox trust DIR',
  });
}

function notAsked(): DevboxError {
  return new DevboxError('usage', 'nobody is at a terminal who could be asked; nothing was trusted', {
    code: 'trust/not-asked',
    title: 'Not Trusted',
    hint: 'Once you have read what the project contains: devbox trust yes=true',
  });
}

function declined(): DevboxError {
  return new DevboxError('failed', 'nothing was trusted', { code: 'trust/declined', title: 'Not Trusted' });
}
