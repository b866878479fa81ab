import type { Key, Scalar } from '../scalars.ts';

/** A text with interpolations in it, parsed. */
export type Text = readonly Part[];

/** Characters as they are, or something to resolve. */
export type Part = string | Interpolation;

export type Interpolation = NodeReference | ResolverCall;

/** `${a.b[c]}`: segments joined again before they are looked up, as nested ones may hold dots. */
export interface NodeReference {
  readonly kind: 'node';
  /** The key with its dots and brackets; nested interpolations between the texts. */
  readonly key: Text;
  /** As written. */
  readonly text: string;
}

/** `${name:arguments}`. */
export interface ResolverCall {
  readonly kind: 'call';
  readonly name: Text;
  readonly args: readonly Argument[];
  readonly text: string;
}

/** An argument of a resolver. */
export type Argument =
  | { readonly kind: 'scalar'; readonly value: Scalar }
  /** One interpolation alone keeps the type of what it gives, unless in quotes; several parts become text. */
  | { readonly kind: 'text'; readonly parts: Text; readonly quoted: boolean }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Key | null, Argument])[] };
