import type { Problem } from "../../core/errors";
import { eachPool, onAws, type Rule } from "./rule";

const isTimeZone = (name: string): boolean => {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

/** Hours without nodes are hours without answers. */
export const offHoursAreForDevelopment: Rule = onAws(
  eachPool(({ offHours }, path, { config: { environment } }) => {
    if (offHours === undefined) return [];
    const problems: Problem[] = [];
    if (environment.profile !== "development")
      problems.push({
        path: `${path}.offHours`,
        given: `set under environment.profile ${environment.profile}`,
        allowed: "profile development: nobody is served in these hours",
        fix: "remove it, or write `profile: development`",
      });
    if (offHours.start === offHours.stop)
      problems.push({
        path: `${path}.offHours.start`,
        given: offHours.start,
        allowed: "another time than `stop`",
        fix: "write when the nodes come back, like 08:00",
      });
    if (!isTimeZone(offHours.timeZone))
      problems.push({
        path: `${path}.offHours.timeZone`,
        given: `'${offHours.timeZone}'`,
        allowed: "an IANA time zone",
        fix: "write one like Europe/Berlin",
      });
    return problems;
  }),
);
