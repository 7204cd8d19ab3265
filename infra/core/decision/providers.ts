import { ageDays } from "../catalogue/freshness";
import type { DataClass } from "../data-class";
import type { Problem } from "../errors";

/** What was read of a provider's data-processing agreement: the contract, not its marketing. */
export interface DataProcessing {
  url: string;
  /** `YYYY-MM-DD` */
  reviewedOn: string;
  /** Whether a business associate agreement is signed. */
  baa?: boolean;
  retentionDays: number;
  /** Where the provider processes, in its own words: `us`, `eu`, `us-east-1`. */
  region: string;
}

const VALID_DAYS = 365;

/** Whether data of this class may be answered outside at all: the kit's own table lets neither of the upper two leave. */
export const mayLeave = (dataClass: DataClass): boolean => dataClass === "public" || dataClass === "internal";

/** For data that is not public every provider in use needs an agreement, read within a year. */
export function agreementProblems(
  used: ReadonlySet<string>,
  providers: Readonly<Record<string, { dpa?: DataProcessing }>>,
  dataClass: DataClass,
  today: string,
): Problem[] {
  if (dataClass === "public") return [];
  return [...used].flatMap((name): Problem[] => {
    const path = `providers.${name}.dpa`;
    const dpa = providers[name]?.dpa;
    if (dpa === undefined)
      return [
        {
          path,
          given: "missing",
          allowed: `the data-processing agreement of each provider that gets ${dataClass} data`,
          fix: `read it and add { url, reviewedOn: "${today}", retentionDays, region }`,
        },
      ];
    const age = ageDays(dpa.reviewedOn, today);
    if (age >= 0 && age <= VALID_DAYS) return [];
    return [
      {
        path: `${path}.reviewedOn`,
        given: age < 0 ? `${dpa.reviewedOn} lies in the future` : `${dpa.reviewedOn}, ${age} days ago`,
        allowed: `at most ${VALID_DAYS} days ago for ${dataClass} data`,
        fix: `read ${dpa.url} again and write the day`,
      },
    ];
  });
}
