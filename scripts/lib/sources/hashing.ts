import { createHash } from "node:crypto";
import { once } from "node:events";
import { OperationError } from "../../../infra/core/errors";
import type { WeightFile } from "../../../infra/core/release";
import type { Entry } from "./listing";

/** Told after every read how far it is, in bytes. */
export type OnProgress = (done: number, total: number) => void;

const PARALLEL = 4;
const ATTEMPTS = 3;

/** Size and SHA-256 of every entry, in the order of the paths; entries that bring a digest are not read. */
export async function hashed(entries: readonly Entry[], onProgress: OnProgress): Promise<WeightFile[]> {
  const total = entries.filter((e) => e.sha256 === undefined).reduce((sum, e) => sum + e.bytes, 0);
  let done = 0;
  const queue = [...entries];
  const files: WeightFile[] = [];
  const count = (bytes: number) => {
    done += bytes;
    onProgress(done, total);
  };
  const worker = async () => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      const sha256 = entry.sha256 ?? (await withRetries(entry, count));
      files.push({ path: entry.path, bytes: entry.bytes, sha256 });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function withRetries(entry: Entry, onBytes: (bytes: number) => void): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    let counted = 0;
    try {
      return await digest(entry, (bytes) => {
        counted += bytes;
        onBytes(bytes);
      });
    } catch (error) {
      onBytes(-counted);
      // A digest that is wrong stays wrong; only a broken connection is worth a second try.
      if (error instanceof OperationError || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
}

async function digest(entry: Entry, onBytes: (bytes: number) => void): Promise<string> {
  const sha256 = createHash("sha256");
  // Git names a blob by the SHA-1 over a small header and the content.
  const git = entry.gitBlob === undefined ? undefined : createHash("sha1").update(`blob ${entry.bytes}\0`);
  let bytes = 0;
  for await (const chunk of await entry.open()) {
    const part = chunk as Buffer;
    sha256.update(part);
    git?.update(part);
    bytes += part.length;
    onBytes(part.length);
  }
  if (bytes !== entry.bytes) throw new Error(`${entry.path}: ${bytes} of ${entry.bytes} bytes arrived`);
  const blob = git?.digest("hex");
  if (blob !== entry.gitBlob)
    throw new OperationError(
      `${entry.path}: git blob ${entry.gitBlob} expected, ${blob} arrived`,
      "try again, or use another mirror",
    );
  return sha256.digest("hex");
}

/** A small file's text. */
export async function textOf(entry: Entry, limitBytes = 32 << 20): Promise<string> {
  if (entry.bytes > limitBytes)
    throw new OperationError(`${entry.path} has ${entry.bytes} bytes`, `at most ${limitBytes} are read`);
  const parts: Buffer[] = [];
  const stream = await entry.open();
  stream.on("data", (part: Buffer) => parts.push(part));
  await once(stream, "end");
  return Buffer.concat(parts).toString("utf8");
}
