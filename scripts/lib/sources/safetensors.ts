import type { Problem } from "../../../infra/core/errors";
import { isRecord } from "../../../infra/core/fit/config-json";
import { bytesByDtype, loadedFiles } from "../../../infra/core/fit/weights";
import type { Entry } from "./listing";

/** A header is JSON behind its length in 8 bytes; 100 MB is the format's own limit. */
const LENGTH_BYTES = 8;
const MOST_BYTES = 100_000_000;

/** Name -> where its values lie behind the header, or the notes of whoever wrote the file. */
type Header = Readonly<Record<string, unknown>>;

export const isSafetensors = ({ path }: Pick<Entry, "path">): boolean => path.endsWith(".safetensors");

/** Whether the source says what its files are: their lengths are then those of whole files. */
export const vouchedFor = (entries: readonly Entry[]): boolean =>
  entries.every(({ sha256, gitBlob }) => (sha256 ?? gitBlob) !== undefined);

/**
 * Bytes of the tensors by dtype, out of the headers of the files that an engine loads; the tensors are not read, and those
 * beyond the model's own layers are not counted: DeepSeek-V3 guesses tokens with a 62nd. Problems
 * of every file that is damaged, or whose length is not that of its tensors: half a download would seem to fit anywhere.
 */
export async function tensorBytes(
  entries: readonly Entry[],
  layers: number,
): Promise<Record<string, number> | Problem[]> {
  const headers: Header[] = [];
  const problems: Problem[] = [];
  for (const entry of loadedFiles(entries).filter(isSafetensors)) {
    const found = await headerOf(entry);
    if ("allowed" in found) problems.push(found);
    else headers.push(found.header);
  }
  return problems.length > 0 ? problems : bytesByDtype(headers, layers);
}

async function headerOf(entry: Entry): Promise<{ header: Header } | Problem> {
  const damaged = (given: string): Problem => ({
    path: entry.path,
    given,
    allowed: "a whole safetensors file: the length of its header, the header as JSON, and all tensors that it names",
    fix: "fetch it again; a pointer of Git LFS or half a download looks like this",
  });
  let start = Buffer.alloc(0);
  let length = 0;
  // Leaving the loop gives up the rest of a download.
  for await (const chunk of await entry.open()) {
    start = Buffer.concat([start, chunk as Buffer]);
    if (start.length < LENGTH_BYTES) continue;
    length = Number(start.readBigUInt64LE());
    if (length > Math.min(MOST_BYTES, entry.bytes) || start.length >= LENGTH_BYTES + length) break;
  }
  const text = start.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  if (text.length < length || length === 0) return damaged(`${entry.bytes} bytes, no whole header`);
  const header = jsonObject(text.toString("utf8"));
  const end = header && endOfTensors(header);
  if (header === undefined || end === undefined) return damaged("a header that is not one of safetensors");
  const whole = LENGTH_BYTES + length + end;
  return entry.bytes === whole ? { header } : damaged(`${entry.bytes} bytes of ${whole}`);
}

function jsonObject(text: string): Header | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where the last tensor ends. `undefined` where one of them is no tensor, or there is none. */
function endOfTensors(header: Header): number | undefined {
  const ends = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([, tensor]) => {
      const { dtype, data_offsets: at } = (tensor ?? {}) as { dtype?: unknown; data_offsets?: unknown };
      const [from, to] = Array.isArray(at) ? (at as unknown[]) : [];
      const valid = typeof dtype === "string" && isPosition(from) && isPosition(to) && from <= to;
      return valid ? to : undefined;
    });
  return ends.length === 0 || ends.includes(undefined) ? undefined : Math.max(...(ends as number[]));
}

const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
