/**
 * Stands in for the package of this name in the bundle. Ink asks it whether to draw at all, and it answers from the CI
 * variables; devbox has looked at the terminal itself by then, and a terminal is one even where CI is set.
 */
const isInCi = false;

export default isInCi;
