import type { Problem } from "../../../infra/core/errors";
import { bytesByDtype, loadedFiles } from "../../../infra/core/fit/weights";
import type { Entry } from "./listing";

/** A header is JSON behind its length in 8 bytes; 100 MB is the format's own limit. */
const LENGTH_BYTES = 8;
const MOST_BYTES = 100_000_000;

/** Bytes of all tensors by dtype, out of the headers of the files that an engine loads; the tensors are not read. */
export async function tensorBytes(entries: readonly Entry[]): Promise<Record<string, number> | Problem[]> {
  const headers: Record<string, unknown>[] = [];
  for (const entry of loadedFiles(entries).filter(({ path }) => path.endsWith(".safetensors"))) {
    const header = await headerOf(entry);
    if (header === undefined)
      return [
        {
          path: entry.path,
          allowed: "a safetensors file: the length of its header, and the header as JSON",
          fix: "fetch it again; a pointer of Git LFS or half a download looks like this",
        },
      ];
    headers.push(header);
  }
  return bytesByDtype(headers);
}

async function headerOf(entry: Entry): Promise<Record<string, unknown> | undefined> {
  let start = Buffer.alloc(0);
  let length = 0;
  // Leaving the loop gives up the rest of a download.
  for await (const chunk of await entry.open()) {
    start = Buffer.concat([start, chunk as Buffer]);
    if (start.length < LENGTH_BYTES) continue;
    length = Number(start.readBigUInt64LE());
    if (length > Math.min(MOST_BYTES, entry.bytes) || start.length >= LENGTH_BYTES + length) break;
  }
  try {
    const header: unknown = JSON.parse(start.subarray(LENGTH_BYTES, LENGTH_BYTES + length).toString("utf8"));
    return typeof header === "object" && header !== null ? (header as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
