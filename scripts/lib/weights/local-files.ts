import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { InputError, type Problem } from "../../../infra/core/errors";
import type { WeightFile } from "../../../infra/core/release";

/** A verified file of this machine, cut as it will be sent. */
export interface LocalFile extends WeightFile {
  source: string;
  parts: Part[];
  /** What S3 keeps as the object's SHA-256, in base64: of the bytes, or of the parts' digests one after the other. */
  checksum: string;
}

export interface Part {
  start: number;
  bytes: number;
  /** Base64. */
  sha256: string;
}

/** Told how many bytes more were read or sent. */
export type OnBytes = (bytes: number) => void;

/** Reads every file once, whole; all that is wrong is told at once, before a byte is sent. */
export async function localFiles(
  files: readonly WeightFile[],
  directory: string,
  { width, partBytes, onBytes }: { width: number; partBytes: number; onBytes?: OnBytes },
): Promise<LocalFile[]> {
  const { signal } = new AbortController();
  const read = await eachOf(files, width, signal, async (file): Promise<LocalFile | Problem> => {
    const source = join(directory, file.path);
    const allowed = `sha256:${file.sha256} (${file.bytes} bytes)`;
    const fix =
      "take the files of the pinned commit (remove one that was fetched here, and repeat), or pin these as another release";
    const found = await stat(source).catch(() => undefined);
    if (!found?.isFile()) return { path: source, given: "no file", allowed, fix };
    if (found.size !== file.bytes) return { path: source, given: `${found.size} bytes`, allowed, fix };
    const { sha256, parts } = await digests(source, partBytes, onBytes);
    if (sha256 !== file.sha256) return { path: source, given: `sha256:${sha256}`, allowed, fix };
    return { ...file, source, parts, checksum: checksumOf(sha256, parts) };
  });
  const wrong = read.filter((one): one is Problem => "fix" in one);
  if (wrong.length > 0) throw new InputError(wrong);
  return read.filter((one): one is LocalFile => "parts" in one);
}

const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

function checksumOf(sha256: string, parts: readonly Part[]): string {
  if (parts.length <= 1) return base64(sha256);
  const hash = createHash("sha256");
  for (const part of parts) hash.update(Buffer.from(part.sha256, "base64"));
  return hash.digest("base64");
}

/** The whole and every part of it in one reading: a chunk never reaches over the end of a part. */
async function digests(source: string, partBytes: number, onBytes?: OnBytes) {
  const whole = createHash("sha256");
  const parts: Part[] = [];
  let part = { hash: createHash("sha256"), bytes: 0 };
  let start = 0;
  const close = () => {
    parts.push({ start, bytes: part.bytes, sha256: part.hash.digest("base64") });
    start += part.bytes;
    part = { hash: createHash("sha256"), bytes: 0 };
  };
  for await (const chunk of createReadStream(source, { highWaterMark: 1 << 20 })) {
    const buffer = chunk as Buffer;
    whole.update(buffer);
    onBytes?.(buffer.length);
    for (let at = 0; at < buffer.length; ) {
      const piece = buffer.subarray(at, at + partBytes - part.bytes);
      part.hash.update(piece);
      part.bytes += piece.length;
      at += piece.length;
      if (part.bytes === partBytes) close();
    }
  }
  if (part.bytes > 0 || parts.length === 0) close();
  return { sha256: whole.digest("hex"), parts };
}
