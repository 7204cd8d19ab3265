import { resolve } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import type { LoadedStack } from "../../infra/config/schema";
import { nearest } from "../../infra/core/did-you-mean";
import { ExitCode, InputError } from "../../infra/core/errors";
import { type ReleaseFile, shortId } from "../../infra/core/release";
import { action } from "../lib/action";
import { placesOf, requireAccount } from "../lib/aws/account";
import { progressNotes } from "../lib/pin/progress";
import { step, terminal } from "../lib/report";
import type { OnProgress } from "../lib/sources/hashing";
import { stackPaths } from "../lib/stack-paths";
import { localFiles } from "../lib/weights/local-files";
import { mirrorToRegions } from "../lib/weights/mirror-regions";
import { mirrorCredentials } from "../lib/weights/mirror-role";
import { noteMirrored } from "../lib/weights/note-mirrored";
import { MIRROR_DEFAULTS, mirrorRelease } from "../lib/weights-store";

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
      "Bring a pinned release's files into the environment's buckets, verified, and note it in the release file.",
    )
    .argument("<model>", "name that clients call")
    .argument("<release>", "name of a pinned release, e.g. r42")
    .requiredOption("--stack <env>", "environment whose bucket gets them")
    .requiredOption("--from <dir>", "directory with the release's files")
    .option(
      "--endpoint <url>",
      "the bucket's address as this machine reaches it (default: weights.endpoint; not on aws)",
    )
    .option("--json", "print the result as JSON")
    .action(action(async (model: string, release: string, flags: MirrorFlags) => mirror(model, release, flags)));
}

/** Credentials come from the usual AWS_* variables, profile or role: the stack's own are the cluster's. */
async function mirror(model: string, name: string, flags: MirrorFlags): Promise<ExitCode> {
  const paths = stackPaths(flags.stack);
  const stack = readStack(paths.root, flags.stack);
  const release = stack.releases[model]?.[name];
  if (release === undefined) {
    const { releases } = stack;
    throw unpinned(model, name, Object.keys(releases[model] ?? {}), Object.keys(releases));
  }
  const result =
    stack.config.environment.platform === "aws"
      ? await mirrorOnAws(stack, release, flags)
      : await mirrorElsewhere(stack, release, flags);
  noteMirrored(paths, model, name, stack.config.regions);
  if (flags.json) terminal.json(result);
  else terminal.out(result.text);
  return ExitCode.ok;
}

/** The one bucket of a cluster outside AWS. */
async function mirrorElsewhere({ config }: LoadedStack, release: ReleaseFile, { from, endpoint }: MirrorFlags) {
  const { bucket, pathStyle, region } = config.weights;
  const store = { bucket, region, endpoint: endpoint ?? config.weights.endpoint, pathStyle };
  const { uploaded, skipped, uploadedBytes } = await step(
    `mirror ${shortId(release.id)} to s3://${bucket}`,
    undefined,
    () => mirrorRelease(release, resolve(from), store, { onFile: noteFile }),
  );
  const text = `${uploaded.length} files sent (${uploadedBytes} bytes), ${skipped.length} were there already`;
  return { text, uploaded, skipped, uploadedBytes };
}

/** A bucket per region; nothing is marked before every region has everything. */
async function mirrorOnAws(stack: LoadedStack, release: ReleaseFile, { from }: MirrorFlags) {
  const places = placesOf(stack);
  await requireAccount(places[0]);
  const { files } = release.content.weights;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const local = await step(`read ${files.length} files`, undefined, () => {
    const onBytes = counted(total, progressNotes("read"));
    const { parallelFiles: width, partBytes } = MIRROR_DEFAULTS;
    return localFiles(files, resolve(from), { width, partBytes, onBytes });
  });
  const credentials = await mirrorCredentials(places[0]);
  const names = places.map(({ region }) => region).join(", ");
  const regions = await step(`mirror ${shortId(release.id)} to ${names}`, undefined, () =>
    mirrorToRegions(release, local, places, { credentials, progress: () => counted(total, progressNotes("sent")) }),
  );
  const text = regions.map(({ region, by, uploaded }) => `${region}: ${by}, ${uploaded} files sent`).join("\n");
  return { text, regions };
}

/** Bytes as they come, to a note of how far it is. */
function counted(total: number, note: OnProgress): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    note(done, total);
  };
}

const noteFile = (path: string, bytes: number): void => terminal.note(`  ${path}: ${bytes} bytes`);

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
