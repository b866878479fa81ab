/** Words of images' names and descriptions, and the user that such images have; the first that is found counts. */
const users: readonly (readonly [words: RegExp, user: string])[] = [
  [/\bubuntu\b/, 'ubuntu'],
  [/\bdebian\b/, 'admin'],
  [/\brocky(linux)?\b/, 'rocky'],
  [/\balma(linux)?\b/, 'almalinux'],
  [/\bcentos\b/, 'centos'],
  [/\bfedora\b/, 'fedora'],
  [/\b(rhel|red hat)\b/, 'ec2-user'],
  [/\b(suse|sles|opensuse)\b/, 'ec2-user'],
  [/\b(al20\d\d|amzn2?|amazon ?linux( ?\d+)?)\b/, 'ec2-user'],
];

/**
 * The user that an image has for SSH, by its name and description; null where they do not tell.
 * Whole words only: `metal2` is no Amazon Linux, and an Ubuntu described with an address of Amazon's is an Ubuntu.
 */
export function sshUserOf(image: { readonly name: string; readonly description: string }): string | null {
  // The name says more than the description, in which other systems are mentioned.
  for (const text of [image.name, image.description]) {
    const words = text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
    const found = users.find(([pattern]) => pattern.test(words));
    if (found) return found[1];
  }
  return null;
}
