type Variables = Readonly<Record<string, string>>;

/**
 * Variables that make a program load or write files of the caller's choice before it does anything else: what the C
 * library ignores in programs with more rights than their caller.
 */
const loading =
  /^(LD_|GLIBC_|MALLOC_|(GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NIS_PATH|NLSPATH|RESOLV_HOST_CONF|RES_OPTIONS|TZDIR|BASH_ENV|ENV|SHELLOPTS|PS4)$)/;

/** How the environment of a box gets into it. */
export interface PassedVariables {
  /**
   * What the programs that lead into the box may see. They run outside, so a library out of the box's home must not get
   * into them: other variables are carried in it, each as the value of one of another name.
   */
  readonly outside: Variables;
  /** A line for a shell within, which unpacks what is carried; empty where nothing is. Command lines say no values. */
  readonly unpack: string;
  /** What no shell can unpack, and is nobody's secret. */
  readonly spelt: Variables;
}

export function passVariables(all: Variables): PassedVariables {
  const entries = Object.entries(all);
  const inside = entries.filter(([name]) => loading.test(name));
  const carried = inside.filter(([name]) => isShells(name));
  const carriers = carried.map((_, index) => `DEVBOX_CARRIED_${index}`);
  return {
    outside: Object.fromEntries([
      ...entries.filter(([name]) => !loading.test(name)),
      ...carried.map((pair, index) => [carriers[index], pair.join('=')]),
    ]),
    unpack:
      carried.length === 0
        ? ''
        : `export ${carriers.map((name) => `"$${name}"`).join(' ')}; unset ${carriers.join(' ')}; `,
    spelt: Object.fromEntries(inside.filter(([name]) => !isShells(name))),
  };
}

/** Whether a shell can set a variable of this name; some do not let one of theirs be set. */
const isShells = (name: string): boolean => /^[a-z_]\w*$/i.test(name) && name !== 'SHELLOPTS';
