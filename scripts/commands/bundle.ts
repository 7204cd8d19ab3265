import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode, OperationError } from "../../infra/core/errors";
import { readVersions } from "../../infra/values/versions";
import { action } from "../lib/action";
import { placesOf, reachablePlaces, requireAccount } from "../lib/aws/account";
import { bundleContents, chartsFolder } from "../lib/bundle/contents";
import { exportBundle, type Missing } from "../lib/bundle/export";
import { sendBundle, verifyBundle } from "../lib/bundle/import";
import { archiveFolder, keepArchives } from "../lib/charts/archives";
import { accountRegistries } from "../lib/images/account-registries";
import { unpackArchive } from "../lib/images/archive";
import { buildAgentImage } from "../lib/oci/agent-image";
import { step, terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";
import { mirrorCredentials } from "../lib/weights/mirror-role";
import { noteMirrored } from "../lib/weights/note-mirrored";

interface BundleFlags {
  stack: string;
  weights?: string;
  json?: boolean;
}

export function register(program: Command): void {
  const bundle = program
    .command("bundle")
    .description("a stack's weights, images, charts and tools for a site without any connection");
  bundle
    .command("export")
    .description(
      "fill a folder with everything and a list of checksums, or go on with one; exit code 3 when something is missing",
    )
    .argument("<folder>", "where it goes, e.g. a disk that will be carried")
    .requiredOption("--stack <env>", "environment that it is for")
    .option("--weights <dir>", "folder with <model>/<release>/ of weights that need not be downloaded")
    .option("--json", "print the result as JSON")
    .action(action(exportTo));
  bundle
    .command("import")
    .description(
      "verify every byte of a bundle, put its charts into this checkout, then send images and weights into the account",
    )
    .argument("<folder>", "a bundle")
    .requiredOption("--stack <env>", "AWS environment")
    .option("--json", "print the result as JSON")
    .action(action(importFrom));
}

async function exportTo(given: string, flags: BundleFlags): Promise<ExitCode> {
  const stack = readStack(stackPaths(flags.stack).root, flags.stack);
  const contents = bundleContents(stack);
  const folder = resolve(given);
  const missing = await step(`bundle ${flags.stack} in ${folder}`, undefined, () =>
    exportBundle(contents, folder, {
      weightsFrom: flags.weights && resolve(flags.weights),
      agentImage: readVersions().images.agent,
      agentBlobs: ownImage,
      onDone: (text) => terminal.note(`  ${text}`),
    }),
  );
  if (flags.json) terminal.json({ folder, missing });
  else terminal.out(missing.length === 0 ? `${folder} is whole` : missingText(missing));
  return missing.length === 0 ? ExitCode.ok : ExitCode.pending;
}

const missingText = (missing: readonly Missing[]): string =>
  [
    `${missing.length} missing:`,
    ...missing.map(({ what, why, from, to }) => `  ✗ ${what}: ${why}\n    from ${from} into ${to}`),
    "bring them and run the export again, so that the list of checksums names them too",
  ].join("\n");

async function ownImage(folder: string): Promise<void> {
  const { archive, reference } = await buildAgentImage();
  const recorded = readVersions().images.agent;
  if (reference !== recorded)
    throw new OperationError(`the build gives ${reference}`, `charts/versions.json has ${recorded}`);
  await mkdir(folder, { recursive: true });
  await unpackArchive(archive, folder);
}

async function importFrom(given: string, flags: BundleFlags): Promise<ExitCode> {
  const paths = stackPaths(flags.stack);
  const stack = readStack(paths.root, flags.stack);
  const places = reachablePlaces(stack);
  const folder = resolve(given);
  const contents = bundleContents(stack);
  const verified = await step(`verify ${folder}`, undefined, () => verifyBundle(folder, contents));
  keepArchives(contents.charts, chartsFolder(folder), paths.root);
  await requireAccount(places[0]);
  const { registries, replicaSeconds } = await accountRegistries(places);
  const credentials = await mirrorCredentials(placesOf(stack)[0], places[0].region);
  const targets = { places, registries, images: { replicaSeconds }, weights: { credentials } };
  const note = (text: string) => terminal.note(`  ${text}`);
  const regions = places.map(({ region }) => region);
  const sent = await step("send it", undefined, () =>
    sendBundle(folder, verified, targets, note, ({ model, name }) => noteMirrored(paths, model, name, regions)),
  );
  if (flags.json) terminal.json(sent);
  else terminal.out(nextSteps(folder, archiveFolder(paths.root)));
  return ExitCode.ok;
}

/** What the account does not hold: it belongs onto the machine that runs `pulumi up`. */
const nextSteps = (folder: string, charts: string): string =>
  [
    "images and weights are in the account. On the machine that runs pulumi up:",
    `  in another checkout than this one, copy ${charts} to the same place there`,
    `  install ${join(folder, "tools")}/* into a folder of the PATH`,
    `  for each ${join(folder, "plugins")}/pulumi-resource-<name>-v<version>-*.tar.gz:`,
    "    pulumi plugin install resource <name> <version> --file <that file>",
  ].join("\n");
