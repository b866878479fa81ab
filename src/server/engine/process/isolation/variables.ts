type Variables = Readonly<Record<string, string>>;

/**
 * Variables that make a program load or write files of the caller's choice before it does anything else: what the C
 * library ignores in programs with more rights than their caller.
 */
const loading =
  /^(LD_|GLIBC_|MALLOC_|(GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NIS_PATH|NLSPATH|RESOLV_HOST_CONF|RES_OPTIONS|TZDIR|BASH_ENV|ENV|SHELLOPTS|PS4)$)/;

/**
 * Splits the environment of a box in two: what the programs may see that lead into the box, and what only a program
 * inside may: the former run outside, so a library out of the box's home must not get into them.
 */
export function splitVariables(all: Variables): { readonly harmless: Variables; readonly inside: Variables } {
  const entries = Object.entries(all);
  return {
    harmless: Object.fromEntries(entries.filter(([name]) => !loading.test(name))),
    inside: Object.fromEntries(entries.filter(([name]) => loading.test(name))),
  };
}
