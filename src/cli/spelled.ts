/** The options whose names begin with that of a command: `volumes_ls` of `volumes`. */
export function optionsUnder(name: string, options: readonly string[]): string[] {
  return options.filter((option) => option.startsWith(`${name}_`));
}

/** The first words of commands, in alphabetical order. */
export function firstWords(options: readonly string[]): string[] {
  return [...new Set(options.map((option) => spelled(option).split(' ', 1)[0] ?? ''))].sort();
}

/** The words that can follow those of a command that has more of them: `create` after `volumes`. */
export function nextWords(bare: readonly string[], options: readonly string[]): string[] {
  const typed = spelled(bare.join(' ').replaceAll('-', '_'));
  const next = options.flatMap((option) =>
    spelled(option).startsWith(`${typed} `)
      ? [
          spelled(option)
            .slice(typed.length + 1)
            .split(' ', 1)[0] ?? '',
        ]
      : [],
  );
  return [...new Set(next)];
}

/** A command as it is typed in words. */
export function spelled(option: string): string {
  return option.replaceAll('_', ' ').replace(/^(ssh) (?=keys)|^(delete) (?=project)/, '$1$2-');
}
