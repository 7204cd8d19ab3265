import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import type { LoadedStack } from "../../infra/config/schema";
import { ExitCode, OperationError } from "../../infra/core/errors";
import { cacheHome } from "../../infra/core/tool-binaries";
import { stackImages } from "../../infra/values/aws/images";
import { readVersions } from "../../infra/values/versions";
import { action } from "../lib/action";
import { reachablePlaces, requireAccount } from "../lib/aws/account";
import { accountRegistries } from "../lib/images/account-registries";
import { unpackArchive } from "../lib/images/archive";
import { type MirroredImage, mirrorImage, pushFolder } from "../lib/images/mirror";
import { type AgentImage, buildAgentImage } from "../lib/oci/agent-image";
import { replaceFile } from "../lib/replace-file";
import { step, terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

interface BuildFlags {
  record?: boolean;
  json?: boolean;
}

const REPOSITORY = resolve(__dirname, "../..");
const LOCK = join(REPOSITORY, "scripts/lib/oci/agent-image.lock.json");
const VERSIONS = join(REPOSITORY, "charts/versions.json");

export function register(program: Command): void {
  const images = program.command("images").description("the images that run: our own, and the account's copies of all");
  images
    .command("build")
    .description("build the agent image (guard, node cache, wait-weights) into this user's cache; no Docker needed")
    .option("--record", "write the digest into charts/versions.json, and the packages taken into the lock file")
    .option("--json", "print the result as JSON")
    .action(action(build));
  images
    .command("mirror")
    .description(
      "bring every image of a stack into the account's registries, by digest; what is there is not sent again",
    )
    .requiredOption("--stack <env>", "AWS environment")
    .option("--json", "print the result as JSON")
    .action(action(mirror));
  images
    .command("push")
    .description("build the agent image and send it into the account's registries")
    .requiredOption("--stack <env>", "AWS environment")
    .option("--json", "print the result as JSON")
    .action(action(push));
}

interface StackFlags {
  stack: string;
  json?: boolean;
}

/** Every image but our own, which no registry has: `push` builds it. */
async function mirror({ stack: name, json }: StackFlags): Promise<ExitCode> {
  const stack = readStack(stackPaths(name).root, name);
  const agent = readVersions().images.agent;
  const images = stackImages(stack.config, stack.releases).filter((image) => image !== agent);
  const { registries, replicaSeconds } = await registriesOf(stack);
  const results: MirroredImage[] = [];
  for (const [index, image] of images.entries()) {
    const folder = join(cacheHome(), "mirror", createHash("sha256").update(image).digest("hex"));
    const title = `${index + 1} of ${images.length}: ${image}`;
    const send = () => mirrorImage(image, registries, { folder, replicaSeconds });
    results.push(await step(title, undefined, send));
  }
  reportMirrored(results, json);
  return ExitCode.ok;
}

/** The image that charts/versions.json records, byte for byte; another one would be asked for by nobody. */
async function push({ stack: name, json }: StackFlags): Promise<ExitCode> {
  const stack = readStack(stackPaths(name).root, name);
  const { registries, replicaSeconds } = await registriesOf(stack);
  const image = await step("agent image", 20, () => buildAgentImage());
  const recorded = readVersions().images.agent;
  if (image.reference !== recorded)
    throw new OperationError(
      `the build gives ${image.reference}, charts/versions.json has ${recorded}`,
      "take it over with homeport images build --record, or check out the commit that was recorded",
    );
  const folder = await mkdtemp(join(tmpdir(), "homeport-push-"));
  try {
    await unpackArchive(image.archive, folder);
    const send = () => pushFolder(image.reference, registries, { folder, replicaSeconds });
    reportMirrored([await step(`send ${image.reference}`, undefined, send)], json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return ExitCode.ok;
}

async function registriesOf(stack: LoadedStack) {
  const places = reachablePlaces(stack);
  await requireAccount(places[0]);
  return accountRegistries(places);
}

function reportMirrored(results: readonly MirroredImage[], json: boolean | undefined): void {
  if (json) {
    terminal.json(results);
    return;
  }
  const sent = results.filter(({ added }) => added.length > 0);
  for (const { image, added } of sent) terminal.out(`${image}\n  now in ${added.join(", ")}`);
  terminal.out(`${results.length - sent.length} of ${results.length} images were there already`);
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
