import * as z from 'zod/mini';

/** Something in a volume. Paths are relative to the volume's root, without a slash before them. */
export interface FileItem {
  readonly name: string;
  readonly path: string;
  /** ISO 8601. */
  readonly modified: string;
  /** Without its dot; empty for none. */
  readonly extension: string;
  readonly is_directory: boolean;
  /** It begins like UTF-8 text. */
  readonly is_text: boolean;
  /** Bytes; 0 for a directory. */
  readonly size: number;
  /** Ours: a symbolic link, which nothing here follows. */
  readonly is_link: boolean;
}

/** Answer of a list and of a search. */
export interface FilesWire {
  readonly status: string;
  readonly items: readonly FileItem[];
  readonly info: { readonly directories: number; readonly files: number };
  readonly message: string;
}

const path = z.string();
/** The root may be left out. */
const rootOrPath = z._default(path, '');
const wholeNumber = z.pipe(z.string().check(z.regex(/^\d{1,15}$/)), z.transform(Number));

export const listQuery = z.object({ path: rootOrPath });
export const searchQuery = z.object({ query: z.string().check(z.minLength(1)), path: rootOrPath });
export const pathQuery = z.object({ path });
export const contentRequest = z.object({ path, content: z.string() });
/** `parents` is ours: makes the directories on the way, and is content with one that is there. */
export const mkdirRequest = z.object({ path, parents: z._default(z.boolean(), false) });
export const renameRequest = z.object({ old_path: path, new_path: path });
export const copyRequest = z.object({ source_path: path, dest_path: path });

/** Bytes as SHA-256, in hexadecimal digits. */
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** The name that a client gives an upload which it may have to resume. */
const uploadKey = z.string().check(z.regex(/^[A-Za-z0-9_-]{8,80}$/));

/**
 * Query of `PUT /v1/volumes/{id}/files/raw`, an extension (`volume-raw`): the body is the file. With `upload` it can
 * be sent in parts: each begins at `offset`, and the one that reaches `total` makes the file appear. A SHA-256 of the
 * whole is checked before that.
 */
export const rawUploadQuery = z.object({
  path,
  upload: z.optional(uploadKey),
  offset: z._default(wholeNumber, 0),
  total: z.optional(wholeNumber),
  sha256: z.optional(sha256),
  /** Permissions, in octal digits. */
  mode: z.optional(z.string().check(z.regex(/^[0-7]{3,4}$/))),
  /** When it was changed, in milliseconds since 1970. */
  mtime: z.optional(wholeNumber),
  /** Whether a file that is there is replaced. */
  replace: z.pipe(
    z._default(z.enum(['true', 'false']), 'true'),
    z.transform((value) => value === 'true'),
  ),
});

/** Query of `GET` and `DELETE` there: how much of an upload has arrived; an upload that nobody will finish. */
export const uploadStateQuery = z.object({ upload: uploadKey });

/** How an upload stands. */
export interface UploadWire {
  readonly status: string;
  /** Bytes that have arrived. */
  readonly bytes: number;
  /** Whether the file is in its place. */
  readonly complete: boolean;
  /** Of the whole file; null until it is complete. */
  readonly sha256: string | null;
}
