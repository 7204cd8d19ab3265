import data from "./floors.json";

/** Lowest versions without a known serious fault. The rows, each with its source, are in floors.json. */

export type Component = "vllm" | "nvidia-container-toolkit";
type Row = (typeof data.rows)[number];

const STALE_AFTER_DAYS = 30;
const DAY = 86_400_000;

const numbers = (version: string): number[] => version.split(".").map(Number);

/** Negative when `a` is older than `b`; versions are `major.minor.patch`. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [numbers(a), numbers(b)];
  return [0, 1, 2].map((i) => (x[i] ?? 0) - (y[i] ?? 0)).find((d) => d !== 0) ?? 0;
}

/** What is known to be wrong with this version. */
export const faultsOf = (component: Component, version: string): Row[] =>
  data.rows.filter((row) => row.component === component && compareVersions(version, row.fixedIn) < 0);

export const floorOf = (component: Component): string =>
  data.rows
    .filter((row) => row.component === component)
    .map((row) => row.fixedIn)
    .reduce((a, b) => (compareVersions(a, b) < 0 ? b : a));

/** A sentence when the data is old: new advisories may be missing. `today` is `YYYY-MM-DD`. */
export function stalenessWarning(today: string): string | undefined {
  const days = Math.floor((Date.parse(today) - Date.parse(data.checkedOn)) / DAY);
  return days > STALE_AFTER_DAYS
    ? `version floors were last checked ${days} days ago (${data.checkedOn}); newer advisories are not in them: update homeport, or infra/core/floors.json`
    : undefined;
}
