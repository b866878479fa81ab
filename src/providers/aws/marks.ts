/** The tag with the name of a project. */
export const projectTag = 'Project';

/** Who made it: on instances, volumes and interfaces. */
export const managedByTag = 'ManagedBy';
export const managedBy = 'devbox-cli';

/** The user for SSH, found out from the image that an instance was launched from. */
export const sshUserTag = 'devbox:ssh-user';
