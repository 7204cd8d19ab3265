import type { Readable } from "node:stream";

/** One file at a source. */
export interface Entry {
  /** Relative path with forward slashes. */
  path: string;
  bytes: number;
  /** 64 hex digits, where the source vouches for it: content-addressed stores need no second reading. */
  sha256?: string;
  /** Git's SHA-1 of the content, where the source gives only that. */
  gitBlob?: string;
  open(): Promise<Readable>;
}

/** What lies at a source, at one commit, version or point in time. */
export interface Listing {
  entries: Entry[];
  /** Licence as the source itself states it, outside its files. */
  licence?: string;
  /** The address with what makes it immutable; `filesDigest` is for sources that have no version of their own. */
  address(filesDigest: string): string;
  /** Throws when the source changed since it was listed. */
  recheck?(): Promise<void>;
}
