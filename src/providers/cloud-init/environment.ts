/**
 * A profile script that sets variables for login shells. Every value stands in single quotes, in which a shell
 * reads nothing but the closing quote. Whoever can log in to the box can read the file.
 * @param env names are valid names of shell variables; values hold no NUL.
 */
export function environmentScript(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`,
  );
  return `# Made by devbox from the setting env. Readable by everyone on this box.\n${lines.join('')}`;
}
