/** A fact older than this is still shown, with its age; under `--strict` it fails. */
export const STALE_AFTER_DAYS = 30;

const DAY_MS = 86_400_000;

/** Anything with a date and a source. `asOf` is `YYYY-MM-DD`; left out where the source does not tell its day. */
export interface Dated {
  asOf?: string;
  source: string;
}

/** Whole days from `asOf` to `today`, both `YYYY-MM-DD`. */
export const ageDays = (asOf: string, today: string): number =>
  Math.floor((Date.parse(today) - Date.parse(asOf)) / DAY_MS);

/** A fact without a day is stale: nobody can say that it is not. */
export const isStale = ({ asOf }: Dated, today: string): boolean =>
  asOf === undefined || ageDays(asOf, today) > STALE_AFTER_DAYS;

/** `12 days old`, `day unknown`. */
export const ageText = ({ asOf }: Dated, today: string): string => {
  if (asOf === undefined) return "day unknown";
  const days = ageDays(asOf, today);
  return days === 1 ? "1 day old" : `${days} days old`;
};

/** Facts of one source and day, counted. */
export interface Vintage extends Dated {
  rows: number;
}

/** Every source and day with the number of its rows, oldest first. */
export function vintages(facts: readonly Dated[]): Vintage[] {
  const found = new Map<string, Vintage>();
  for (const { asOf, source } of facts) {
    const key = `${asOf ?? ""} ${source}`;
    const known = found.get(key);
    found.set(key, { ...(asOf !== undefined && { asOf }), source, rows: (known?.rows ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => (a.asOf ?? "").localeCompare(b.asOf ?? ""));
}
