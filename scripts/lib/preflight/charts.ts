import { resolve } from "node:path";
import { CHART_ARCHIVES, readVersions } from "../../../infra/values/versions";
import { archiveFolder, archiveProblems, importCommand } from "../charts/archives";
import type { Asked, Check } from "./check";

const CHECKOUT = resolve(__dirname, "../../..");

/** In an airgapped environment Helm reads the archives of a bundle, and no digest protects it from another file. */
export const chartChecks = (
  { config, places: [{ environment }] }: Asked,
  folder = archiveFolder(CHECKOUT),
  pins = Object.values(readVersions().charts),
): Check[] =>
  config.environment.airgapped
    ? [
        {
          name: "charts",
          look: async () => {
            const fix = importCommand(environment);
            const problems = archiveProblems(pins, folder, fix);
            if (problems.length === 0)
              return { found: `all ${pins.length} archives in ${CHART_ARCHIVES} are the pinned ones` };
            const more = problems.length > 1 ? ` and ${problems.length - 1} more` : "";
            return {
              found: `${problems.length} of ${pins.length} are not the pinned ones: ${problems[0]?.given}${more}`,
              fix,
            };
          },
        },
      ]
    : [];
