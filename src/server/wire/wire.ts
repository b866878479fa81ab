import type * as z from 'zod/mini';

/** What an answer of this shape has: nobody changes one that was made. */
export type Wire<T extends z.ZodMiniType> = Frozen<z.output<T>>;

/** Of arrays and texts this makes arrays and texts, as mapped types do. */
type Frozen<T> = unknown extends T ? T : { readonly [Key in keyof T]: Frozen<T[Key]> };
