/** Which engine holds a server's boxes; `auto` takes containers where an engine for them answers. */
export const engineChoices = ['auto', 'docker', 'process'] as const;
export type EngineChoice = (typeof engineChoices)[number];
