import type { Readable } from 'node:stream';

/** Files that outlive boxes, as a provider keeps them. Texts are free of control characters. */
export interface Volume {
  readonly id: string;
  readonly name: string;
  /** GB; null where the provider does not say. */
  readonly sizeGb: number | null;
  /** Bytes in its files; null where the provider does not say. */
  readonly usedBytes: number | null;
  readonly status: string;
  /** Names of the boxes that have it mounted; null where the provider does not say. */
  readonly boxes: readonly string[] | null;
  readonly type: string | null;
  readonly region: string | null;
  readonly description: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

export interface NewVolume {
  readonly name: string;
  readonly sizeGb: number;
  readonly region: string | null;
  readonly type: string | null;
  readonly description: string | null;
}

/** Something in a volume; its path is relative to the volume's root. */
export interface VolumeFile {
  readonly name: string;
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'link';
  /** Bytes. */
  readonly size: number;
  /** ISO 8601. */
  readonly modified: string | null;
  readonly isText: boolean;
}

export interface VolumeFileList {
  readonly files: readonly VolumeFile[];
  /** What the provider has to say on it, such as that there are more; empty for nothing. */
  readonly note: string;
}

/** What is to become a file in a volume. */
export interface UploadSource {
  readonly bytes: number;
  /** The content from a byte on; opened again where a connection broke. */
  open(offset: number): Readable;
  /** In hexadecimal digits. */
  sha256(): Promise<string>;
  /** Tells uploads apart, and is the same when one is tried again: letters, digits, - and _. */
  readonly key: string;
  /** Permissions, and milliseconds since 1970; null leaves them to the provider. */
  readonly mode: number | null;
  readonly mtime: number | null;
  /** Told of all bytes that have been sent so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** A file on its way from a volume. */
export interface Download {
  readonly content: Readable;
  /** Where it begins: the byte asked for, or 0 where the provider cannot begin there or the file has changed. */
  readonly start: number;
  /** The whole file, in bytes; null where the provider does not say. */
  readonly bytes: number | null;
  /** Says for a later download that goes on whether the file is still the same; null for never. */
  readonly tag: string | null;
}

/** The files of one volume. */
export interface VolumeFiles {
  list(path: string): Promise<VolumeFileList>;
  search(query: string, path: string): Promise<VolumeFileList>;
  makeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  /** @param after goes on with an earlier download, from a byte on. */
  download(path: string, after?: { readonly offset: number; readonly tag: string | null }): Promise<Download>;
  /** Null where the provider cannot tell. */
  sha256(path: string): Promise<string | null>;
  /** Makes or replaces a file, with the directories on the way; it appears when it is whole. */
  upload(path: string, source: UploadSource): Promise<void>;
}

/** A provider's volumes. Methods that take an id throw DevboxError `not-found` where there is none. */
export interface Volumes {
  list(): Promise<Volume[]>;
  get(id: string): Promise<Volume>;
  create(volume: NewVolume): Promise<Volume>;
  resize(id: string, sizeGb: number): Promise<Volume>;
  /** @param sizeGb null for the size of the source. */
  duplicate(source: Volume, name: string, sizeGb: number | null): Promise<Volume>;
  remove(id: string): Promise<void>;
  files(id: string): VolumeFiles;
}
