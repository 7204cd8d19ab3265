import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { readVersions } from "../../infra/values/versions";
import { action } from "../lib/action";
import { type AgentImage, buildAgentImage } from "../lib/oci/agent-image";
import { replaceFile } from "../lib/replace-file";
import { step, terminal } from "../lib/report";

interface BuildFlags {
  record?: boolean;
  json?: boolean;
}

const REPOSITORY = resolve(__dirname, "../..");
const LOCK = join(REPOSITORY, "scripts/lib/oci/agent-image.lock.json");
const VERSIONS = join(REPOSITORY, "charts/versions.json");

export function register(program: Command): void {
  program
    .command("images")
    .description("The images that we build ourselves.")
    .command("build")
    .description("Build the agent image (guard, node cache, wait-weights) into this user's cache; no Docker needed.")
    .option("--record", "write the digest into charts/versions.json, and the packages taken into the lock file")
    .option("--json", "print the result as JSON")
    .action(action(build));
}

/** Exit code 1 where the image is not the recorded one: a build that cannot be repeated must not look like a success. */
async function build(flags: BuildFlags): Promise<ExitCode> {
  const image = await step("agent image", 20, () => buildAgentImage());
  for (const { name, locked, taken } of image.drifted)
    terminal.note(
      `Debian no longer has ${name} ${locked}, took ${taken}: the digest differs from the recorded one; homeport images build --record takes it over`,
    );
  if (flags.record) record(image);
  const recorded = readVersions().images.agent;
  const isRecorded = recorded === image.reference;
  const { reference, digest, bytes, archive } = image;
  if (flags.json) terminal.json({ reference, digest, bytes, archive, recorded, isRecorded });
  else {
    const verdict = isRecorded ? "as recorded" : `charts/versions.json has ${recorded}`;
    terminal.out(`${reference}\n${bytes} bytes in ${archive}\n${verdict}`);
  }
  return isRecorded ? ExitCode.ok : ExitCode.failed;
}

function record({ reference, lock }: AgentImage): void {
  const versions = readFileSync(VERSIONS, "utf8");
  replaceFile(VERSIONS, versions, versions.replace(readVersions().images.agent, reference));
  const text = readFileSync(LOCK, "utf8");
  const next = `${JSON.stringify(lock, null, 2)}\n`;
  if (next !== text) replaceFile(LOCK, text, next);
}
