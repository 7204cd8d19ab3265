import { resolve } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { nearest } from "../../infra/core/did-you-mean";
import { ExitCode, InputError } from "../../infra/core/errors";
import { type ReleaseFile, shortId } from "../../infra/core/release";
import { action } from "../lib/action";
import { replaceFile } from "../lib/replace-file";
import { step, terminal } from "../lib/report";
import { readText, type StackPaths, stackPaths } from "../lib/stack-paths";
import { type MirrorResult, mirrorRelease } from "../lib/weights-store";

interface MirrorFlags {
  stack: string;
  from: string;
  endpoint?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("weights")
    .description("The environment's own copy of the weights.")
    .command("mirror")
    .description(
      "Bring a pinned release's files into the environment's bucket, verified, and note it in the release file.",
    )
    .argument("<model>", "name that clients call")
    .argument("<release>", "name of a pinned release, e.g. r42")
    .requiredOption("--stack <env>", "environment whose bucket gets them")
    .requiredOption("--from <dir>", "directory with the release's files")
    .option("--endpoint <url>", "the bucket's address as this machine reaches it (default: weights.endpoint)")
    .option("--json", "print the result as JSON")
    .action(action(async (model: string, release: string, flags: MirrorFlags) => mirror(model, release, flags)));
}

/** Credentials come from the usual AWS_* variables, profile or role: the stack's own are the cluster's. */
async function mirror(model: string, name: string, flags: MirrorFlags): Promise<ExitCode> {
  const paths = stackPaths(flags.stack);
  const { config, releases } = readStack(paths.root, flags.stack);
  const release = releases[model]?.[name];
  if (release === undefined) throw unpinned(model, name, Object.keys(releases[model] ?? {}), Object.keys(releases));
  const { bucket, pathStyle } = config.weights;
  const region = config.weights.region ?? config.regions[0] ?? "us-east-1";
  const endpoint = flags.endpoint ?? config.weights.endpoint;
  const result = await step(`mirror ${model} ${name} (${shortId(release.id)}) to s3://${bucket}`, undefined, () =>
    mirrorRelease(release, resolve(flags.from), { bucket, region, endpoint, pathStyle }, { onFile: noteFile }),
  );
  noteMirrored(paths, model, name, config.regions);
  report(result, flags);
  return ExitCode.ok;
}

const noteFile = (path: string, bytes: number): void => terminal.note(`  ${path}: ${bytes} bytes`);

/** Writes `mirrored: {region: date}` into the release file; what a region has already is left as it is. */
function noteMirrored(paths: StackPaths, model: string, name: string, regions: readonly string[]): void {
  const path = paths.release(model, name);
  const before = readText(path) ?? "";
  const file = JSON.parse(before) as ReleaseFile;
  const today = new Date().toISOString().slice(0, 10);
  const mirrored = { ...Object.fromEntries(regions.map((region) => [region, today])), ...file.mirrored };
  const after = `${JSON.stringify({ ...file, mirrored }, null, 2)}\n`;
  if (after !== before) replaceFile(path, before, after);
}

function report({ uploaded, skipped, uploadedBytes }: MirrorResult, { json }: MirrorFlags): void {
  if (json) terminal.json({ uploaded, skipped, uploadedBytes });
  else terminal.out(`${uploaded.length} files sent (${uploadedBytes} bytes), ${skipped.length} were there already`);
}

function unpinned(model: string, name: string, releases: string[], models: string[]): InputError {
  const known = releases.length > 0 ? releases : models;
  const meant = nearest(releases.length > 0 ? name : model, known);
  return new InputError([
    {
      path: releases.length > 0 ? "<release>" : "<model>",
      given: releases.length > 0 ? name : model,
      allowed: known.length > 0 ? `one of ${known.join(", ")}` : "a pinned release",
      fix: meant ? `did you mean \`${meant}\`?` : `pin it first: homeport pin ${model} ${name} <source>`,
    },
  ]);
}
