import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readVersions } from "../../infra/values/versions";

const FOLDER = join(__dirname, "../golden");

/** The agent image changes with every line of the agent; what is golden is where it is used. */
const withoutAgentDigest = (text: string): string => text.replaceAll(readVersions().images.agent, "<agent image>");

/** Holds text against `test/golden/<name>`; UPDATE_GOLDEN=1 writes it instead, for review in the diff. */
export function expectGolden(name: string, text: string): void {
  const path = join(FOLDER, name);
  const given = withoutAgentDigest(text);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, given);
  }
  expect(existsSync(path)).toBe(true);
  expect(given).toBe(readFileSync(path, "utf8"));
}
