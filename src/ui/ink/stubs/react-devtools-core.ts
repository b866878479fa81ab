/** Stands in for the package of this name in the bundle, which Ink imports only to be debugged itself. */
const devtools = { initialize(): void {}, connectToDevTools(): void {} };

export default devtools;
