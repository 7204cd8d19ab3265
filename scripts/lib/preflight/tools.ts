import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Asked, Check } from "./check";

/** Programs that the next commands call. */
const TOOLS = {
  pulumi: "https://www.pulumi.com/docs/install",
  aws: "https://docs.aws.amazon.com/cli (version 2)",
  "session-manager-plugin": "https://docs.aws.amazon.com/systems-manager (Session Manager plugin)",
} as const;

export const toolChecks = ({ config }: Asked, path = process.env.PATH ?? ""): Check[] =>
  (Object.keys(TOOLS) as (keyof typeof TOOLS)[])
    .filter((tool) => tool !== "session-manager-plugin" || config.cluster.access.via === "tunnel")
    .map((tool) => ({
      name: `tool ${tool}`,
      look: async () => {
        const at = path.split(delimiter).find((folder) => folder !== "" && isExecutable(join(folder, tool)));
        return at === undefined
          ? { found: "not on the PATH", fix: `install it: ${TOOLS[tool]}` }
          : { found: join(at, tool) };
      },
    }));

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
