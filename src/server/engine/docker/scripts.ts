/**
 * What is run in boxes to start and to end other programs. Only what every `sh` has is used: images hold little. The
 * variables have odd names because a name that the box exports would be changed for the program.
 */

/** Reads the fields of this shell's line in /proc: the fifth is its process group, the 22nd when it began. */
const readStat =
  'read -r _ _ _ _ devbox_group _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ devbox_start _ < /proc/self/stat';

/** Says who it is and waits to be told to go on; nothing of the program has happened yet. */
const announce = 'echo "devbox $$ $devbox_start" && read -r _ || exit 129';

const launch = `${readStat}
case $1 in
'') echo "devbox missing"; exit 127 ;;
*/*)
  [ -e "$1" ] || { echo "devbox missing"; exit 127; }
  { [ -x "$1" ] && [ ! -d "$1" ]; } || { echo "devbox denied"; exit 126; } ;;
*) command -v "$1" >/dev/null 2>&1 || { echo "devbox missing"; exit 127; } ;;
esac
${announce}
exec "$@"`;

/** Some engines start programs in a process group that is not their own, and so cannot be signalled from inside. */
const lead = `${readStat}
if [ "$devbox_group" = "$$" ] || ! command -v setsid >/dev/null 2>&1; then exec /bin/sh -c "$0" sh "$@"; fi
exec setsid /bin/sh -c "$0" sh "$@"`;

/** The words that run a program as the leader of a process group, after it has said which. */
export const launchWords = (argv: readonly string[]): string[] => ['/bin/sh', '-c', lead, launch, ...argv];

const shell = `if [ -n "$SHELL" ] && [ -x "$SHELL" ]; then exec "$SHELL" -l; fi
if command -v bash >/dev/null 2>&1; then exec bash -l; fi
exec /bin/sh -l`;

/** The words that run a login shell: the one that SHELL names in the box, or bash, or sh. */
export const shellWords: readonly string[] = ['/bin/sh', '-c', shell];

/** The variable by which all that was started in a terminal is found again. */
export const terminalVariable = 'DEVBOX_TERMINAL';

const hangUp = `for devbox_signal in HUP KILL; do
for devbox_dir in /proc/[0-9]*; do
grep -q "${terminalVariable}=$1" "$devbox_dir/environ" 2>/dev/null && kill -s $devbox_signal "\${devbox_dir#/proc/}"
done
sleep 1
done`;

/** The words that end all that was started in a terminal: they are told to, and killed a moment later. */
export const hangUpWords = (mark: string): string[] => ['/bin/sh', '-c', hangUp, 'sh', mark];

/** What a program says first that was started by `launchWords`. */
export const announcement = /^devbox (?:(\d+) (\d*)|(missing|denied))\r?\n/;

/**
 * Not every \`kill\` takes "--", and not every one does without. A program that could not be made to lead a group is
 * signalled alone.
 */
const kill = 'kill -s "$1" -- "-$2" || kill -s "$1" "-$2" || kill -s "$1" "$2"';

/** The words that send a signal to a process group in a box. */
export const killWords = (signal: NodeJS.Signals, pid: string): string[] => [
  ...['/bin/sh', '-c', kill, 'sh'],
  signal.replace(/^SIG/, ''),
  pid,
];

const killExactly = `read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ devbox_start _ < "/proc/$2/stat"
[ "$devbox_start" = "$3" ] && { ${kill}; }`;

/** The same, if the number still means the process that began then. */
export const killExactlyWords = (signal: NodeJS.Signals, pid: string, start: string): string[] => [
  ...['/bin/sh', '-c', killExactly, 'sh'],
  ...[signal.replace(/^SIG/, ''), pid, start],
];
