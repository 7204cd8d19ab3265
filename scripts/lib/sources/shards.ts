import type { Problem } from "../../../infra/core/errors";
import { at, isRecord } from "../../../infra/core/fit/config-json";
import type { Entry } from "./listing";

/** What the list of a model's shards says; without one, or where it is not JSON, nothing. */
export const INDEX = "model.safetensors.index.json";

interface Index {
  /** Bytes of all tensors, where it says so. */
  totalBytes?: number;
  files: readonly string[];
}

export function shardIndex(text: string | undefined): Index | Problem | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return {
      path: INDEX,
      given: "not JSON",
      allowed: "the list of shards as Transformers writes it",
      fix: "fetch it again",
    };
  }
  const total = at(json, "metadata", "total_size");
  const map = at(json, "weight_map");
  const files = isRecord(map) ? [...new Set(Object.values(map).filter((file) => typeof file === "string"))] : [];
  return { files, ...(Number.isSafeInteger(total) && (total as number) > 0 && { totalBytes: total as number }) };
}

/** Shards that its index names and that do not lie there, where any does. */
export function missingShards(index: Index, entries: readonly Entry[]): Problem[] {
  const there = new Set(entries.map(({ path }) => path));
  const missing = index.files.filter((file) => !there.has(file));
  if (missing.length === 0 || missing.length === index.files.length) return [];
  return [
    {
      path: INDEX,
      given: `${missing.length} of ${index.files.length} files are not there: ${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ", ..." : ""}`,
      allowed: "every file that it names",
      fix: "fetch them; half a model would seem to fit anywhere",
    },
  ];
}
