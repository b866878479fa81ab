import { count } from '../../base/text.ts';
import { type Card, type Row, type Token, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import type { Finding, FindingClass, Section } from './finding.ts';

const marks: Readonly<Record<FindingClass, Token>> = {
  ok: token('good', '✓ '),
  warning: token('busy', '⚠ '),
  problem: token('bad', '✗ '),
};

/** All that was found, in all forms. */
export function doctorView(sections: readonly Section[]): View {
  const all = sections.flatMap(({ name, findings }) =>
    findings.map((finding) => ({ section: name, ...finding })),
  );
  const of = (kind: FindingClass): typeof all => all.filter((finding) => finding.class === kind);
  const [problems, warnings] = [of('problem'), of('warning')];
  const verdict =
    problems.length + warnings.length === 0
      ? [token('good', '✓'), ' nothing is wrong']
      : [`${count(problems.length, 'problem')}, ${count(warnings.length, 'warning')}`];
  return {
    cards: sections.map(sectionCard),
    footer: [verdict],
    json: {
      ok: problems.length === 0,
      problems: problems.length,
      warnings: warnings.length,
      findings: all.map(({ section, check, class: kind, found, remedy }) => ({
        section,
        check,
        class: kind,
        found,
        remedy,
      })),
    },
    quiet: problems.map(({ section, check }) => `${section} ${check}`),
  };
}

function sectionCard({ title, findings }: Section): Card {
  const has = (kind: FindingClass): boolean => findings.some((finding) => finding.class === kind);
  return {
    title,
    mood: has('problem') ? 'bad' : has('warning') ? 'warning' : 'normal',
    rows: findings.flatMap(findingRows),
  };
}

function findingRows({ label, class: kind, found, remedy }: Finding): Row[] {
  return [
    { label, value: [marks[kind], found] },
    ...(remedy === null ? [] : [{ label: 'Remedy', value: [token('command', remedy)] }]),
  ];
}
