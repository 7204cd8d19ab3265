import { foreignRegions, type Rule } from "./rule";

export const statesNameRegions: Rule = (stack) => foreignRegions("regionStates", stack.config.regionStates, stack);

/** With no region left nobody answers, and a drained one can still be opened again. */
export const oneRegionServes: Rule = ({ config: { regions, regionStates } }) =>
  regions.every((region) => (regionStates[region] ?? "active") !== "active")
    ? [
        {
          path: "regionStates",
          given: regions.map((region) => `${region}: ${regionStates[region]}`).join(", "),
          allowed: "at least one active region",
          fix: "remove a region that can serve; to end the environment: homeport destroy",
        },
      ]
    : [];
