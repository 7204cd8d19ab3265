import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseMeasuredFile } from "../../../infra/config/measured-file";
import { userFile } from "../../../infra/config/user-file";
import type { MeasuredDay } from "../../../infra/core/throughput/own-days";
import { replaceFile } from "../replace-file";
import { readText } from "../stack-paths";

/** What an environment's own engines did, kept in git beside the stack. */

const FOLDER = "stacks/measured";

/** As it is printed. */
export const measuredPath = (environment: string): string => `${FOLDER}/${environment}.json`;

export function measuredDays(root: string, environment: string): MeasuredDay[] {
  const label = measuredPath(environment);
  const bytes = userFile(join(root, label), label);
  return bytes === undefined ? [] : parseMeasuredFile(label, bytes);
}

/** Of all environments, newest first. */
export function allMeasuredDays(root: string): MeasuredDay[] {
  const folder = join(root, FOLDER);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
  return files
    .flatMap((file) => measuredDays(root, file.slice(0, -".json".length)))
    .sort((a, b) => b.to.localeCompare(a.to));
}

const sameKind = (a: MeasuredDay, b: MeasuredDay): boolean =>
  a.release === b.release && a.gpuClass === b.gpuClass && a.tensorParallel === b.tensorParallel;

/** Keeps the newest day of each release and kind of replica, at most one a day; returns those that are new. */
export function storeDays(root: string, environment: string, days: readonly MeasuredDay[]): MeasuredDay[] {
  const path = join(root, measuredPath(environment));
  const text = readText(path);
  const stored = measuredDays(root, environment);
  const fresh = days.filter((day) => stored.every((old) => !sameKind(old, day) || old.to <= day.from));
  if (fresh.length === 0) return [];
  const kept = stored.filter((old) => !fresh.some((day) => sameKind(old, day)));
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, text, `${JSON.stringify({ days: [...kept, ...fresh] }, null, 2)}\n`);
  return fresh;
}
