import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { OperationError } from "../../../infra/core/errors";
import { replaceFile } from "../replace-file";
import { readText } from "../stack-paths";

const PointersShape = z.strictObject({
  live: z.string(),
  previous: z.array(z.string()).readonly(),
  candidate: z
    .strictObject({ release: z.string(), step: z.enum(["staged", "canary"]), percent: z.number().optional() })
    .optional(),
  withdrawn: z.record(z.string(), z.string()),
  generation: z.int(),
});

const Change = z.strictObject({
  verb: z.enum(["promote", "rollback"]),
  model: z.string(),
  /** The release that was live before. */
  from: z.string(),
  reason: z.string().optional(),
  startedAt: z.string(),
  after: PointersShape,
  /** Regions whose route is not known to have `after`. */
  pending: z.array(z.string()),
});

/**
 * A promote or rollback that is under way. It is written before the first route changes and removed when every region
 * and the stack file have it, so that a command that died can be repeated and a region that was away can be finished.
 */
export type Change = z.infer<typeof Change>;

const pathOf = (state: string, model: string): string => join(state, "changes", `${model}.json`);

export function readChange(state: string, model: string): Change | undefined {
  const path = pathOf(state, model);
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return Change.parse(JSON.parse(text));
  } catch (error) {
    throw new OperationError(`${path} is damaged`, "compare the routes with 'homeport status', then remove the file", {
      cause: error,
    });
  }
}

export function writeChange(state: string, change: Change): void {
  const path = pathOf(state, change.model);
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, readText(path), `${JSON.stringify(change, null, 2)}\n`);
}

export const removeChange = (state: string, model: string): void => rmSync(pathOf(state, model), { force: true });
