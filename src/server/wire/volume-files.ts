import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

/** Something in a volume. Paths are relative to the volume's root, without a slash before them. */
export const fileItem = z.object({
  name: z.string(),
  path: z.string(),
  modified: z.iso.datetime(),
  extension: z.string().check(z.describe('without its dot; empty for none')),
  is_directory: z.boolean(),
  is_text: z.boolean().check(z.describe('it begins like UTF-8 text')),
  size: z.int().check(z.describe('bytes; 0 for a directory')),
  /** Ours. */
  is_link: z.boolean().check(z.describe('a symbolic link, which nothing here follows')),
});

export type FileItem = Wire<typeof fileItem>;

/** Answer of a list and of a search. */
export const filesWire = z.object({
  status: z.string(),
  items: z.array(fileItem),
  info: z.object({ directories: z.int(), files: z.int() }),
  message: z.string(),
});

export type FilesWire = Wire<typeof filesWire>;

/** Answer of `GET .../files/content`. */
export const textWire = z.object({ status: z.string(), content: z.string(), message: z.string() });

/** Answer of `GET .../files/checksum`. */
export const checksumWire = z.object({ status: z.string(), sha256: z.string(), size: z.int() });

/** Answer of an upload in a form. */
export const uploadedWire = z.object({
  status: z.string(),
  message: z.string(),
  files: z.int(),
  bytes: z.int(),
});

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
export const uploadWire = z.object({
  status: z.string(),
  bytes: z.int().check(z.describe('bytes that have arrived')),
  complete: z.boolean().check(z.describe('whether the file is in its place')),
  sha256: z.nullable(z.string()).check(z.describe('of the whole file; null until it is complete')),
});

export type UploadWire = Wire<typeof uploadWire>;
