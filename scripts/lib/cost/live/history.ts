import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Reading } from "./reading";

/** Readings of this checkout, oldest first: what the next one is compared with. */

/** Half a month of hourly readings. */
const KEPT = 360;

const fileOf = (stateFolder: string): string => join(stateFolder, "cost-readings.jsonl");

export function readings(stateFolder: string): Reading[] {
  const path = fileOf(stateFolder);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Reading);
}

export function keep(stateFolder: string, reading: Reading): void {
  const path = fileOf(stateFolder);
  const all = readings(stateFolder);
  mkdirSync(dirname(path), { recursive: true });
  if (all.length < KEPT) appendFileSync(path, `${JSON.stringify(reading)}\n`);
  else writeFileSync(path, [...all.slice(1 - KEPT), reading].map((one) => `${JSON.stringify(one)}\n`).join(""));
}
