import { join, resolve } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import type { LoadedStack } from "../../infra/config/schema";
import { nearest } from "../../infra/core/did-you-mean";
import { ExitCode, InputError } from "../../infra/core/errors";
import { own } from "../../infra/core/own";
import { type ReleaseFile, shortId } from "../../infra/core/release";
import { cacheHome } from "../../infra/core/tool-binaries";
import { releaseFolder } from "../../infra/core/weights-layout";
import { action } from "../lib/action";
import { placesOf, reachablePlaces, requireAccount } from "../lib/aws/account";
import { confirm } from "../lib/confirm";
import { progressNotes } from "../lib/pin/progress";
import { step, terminal } from "../lib/report";
import type { OnProgress } from "../lib/sources/hashing";
import { stackPaths } from "../lib/stack-paths";
import { fetchRelease } from "../lib/weights/fetch-release";
import { localFiles } from "../lib/weights/local-files";
import { awsStore, mirrorToRegions } from "../lib/weights/mirror-regions";
import { mirrorCredentials } from "../lib/weights/mirror-role";
import { forgetMirrored, noteMirrored } from "../lib/weights/note-mirrored";
import { retire, unpinnedIn } from "../lib/weights/retire";
import { MIRROR_DEFAULTS, mirrorRelease } from "../lib/weights-store";

interface MirrorFlags {
  stack: string;
  from?: string;
  endpoint?: string;
  json?: boolean;
}

export function register(program: Command): void {
  const weights = program.command("weights").description("the environment's own copy of the weights");
  weights
    .command("retire")
    .description("let go of the weights that the stack pins no more: hidden the next night, removed a month later")
    .requiredOption("--stack <env>", "AWS environment")
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .action(action(retireUnpinned));
  weights
    .command("mirror")
    .description(
      "bring a pinned release's files into the environment's buckets, verified, and note it in the release file",
    )
    .argument("<model>", "name that clients call")
    .argument("<release>", "name of a pinned release, e.g. r42")
    .requiredOption("--stack <env>", "environment whose bucket gets them")
    .option("--from <dir>", "directory with the release's files (default: fetched from where the release was pinned)")
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
  const release = own(own(stack.releases, model), name);
  if (release === undefined) {
    const { releases } = stack;
    throw unpinned(model, name, Object.keys(own(releases, model) ?? {}), Object.keys(releases));
  }
  const isAws = stack.config.environment.platform === "aws";
  if (isAws) await requireAccount(reachablePlaces(stack)[0]); // before gigabytes are fetched
  const folder = flags.from === undefined ? await fetched(release) : resolve(flags.from);
  const { text, ...result } = isAws
    ? await mirrorOnAws(stack, release, folder)
    : await mirrorElsewhere(stack, release, folder, flags.endpoint);
  noteMirrored(paths, model, name, isAws ? reachablePlaces(stack).map(({ region }) => region) : stack.config.regions);
  if (flags.json) terminal.json(result);
  else terminal.out(text);
  return ExitCode.ok;
}

/** The files in this user's cache, where an interrupted run goes on; they stay for the next environment. */
async function fetched(release: ReleaseFile): Promise<string> {
  const folder = join(cacheHome(), "weights", releaseFolder(release.id));
  await step(`fetch ${release.content.weights.source} into ${folder}`, undefined, () => fetchRelease(release, folder));
  return folder;
}

/** The one bucket of a cluster outside AWS. */
async function mirrorElsewhere({ config }: LoadedStack, release: ReleaseFile, from: string, endpoint?: string) {
  const { bucket, pathStyle, region } = config.weights;
  const store = { bucket, region, endpoint: endpoint ?? config.weights.endpoint, pathStyle };
  const { uploaded, skipped, uploadedBytes } = await step(
    `mirror ${shortId(release.id)} to s3://${bucket}`,
    undefined,
    () => mirrorRelease(release, from, store, { onFile: noteFile }),
  );
  const text = `${uploaded.length} files sent (${uploadedBytes} bytes), ${skipped.length} were there already`;
  return { text, uploaded, skipped, uploadedBytes };
}

/** A bucket per region; nothing is marked before every region that answers has everything. */
async function mirrorOnAws(stack: LoadedStack, release: ReleaseFile, from: string) {
  const places = reachablePlaces(stack);
  for (const { region } of placesOf(stack))
    if (!places.some((place) => place.region === region))
      terminal.note(`${region} is lost and gets nothing; run this again when it is back`);
  const { files } = release.content.weights;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const local = await step(`read ${files.length} files`, undefined, () => {
    const onBytes = counted(total, progressNotes("read"));
    const { parallelFiles: width, partBytes } = MIRROR_DEFAULTS;
    return localFiles(files, from, { width, partBytes, onBytes });
  });
  const credentials = await mirrorCredentials(placesOf(stack)[0], places[0].region);
  const names = places.map(({ region }) => region).join(", ");
  const regions = await step(`mirror ${shortId(release.id)} to ${names}`, undefined, () =>
    mirrorToRegions(release, local, places, { credentials, progress: () => counted(total, progressNotes("sent")) }),
  );
  const text = regions.map(({ region, by, uploaded }) => `${region}: ${by}, ${uploaded} files sent`).join("\n");
  return { text, regions };
}

/** Exit code 3 where there is something to let go and nobody said yes. */
async function retireUnpinned(flags: { stack: string; yes?: boolean; json?: boolean }): Promise<ExitCode> {
  const paths = stackPaths(flags.stack);
  const stack = readStack(paths.root, flags.stack);
  const places = reachablePlaces(stack);
  await requireAccount(places[0]);
  const credentials = await mirrorCredentials(placesOf(stack)[0], places[0].region);
  const pinned = Object.values(stack.config.models).flatMap(({ releases }) => Object.values(releases));
  const found = await Promise.all(
    places.map(async (place) => {
      const store = awsStore(place, credentials);
      return { store, unpinned: await unpinnedIn(store, pinned) };
    }),
  );
  const all = found.flatMap(({ store, unpinned }) => unpinned.map((release) => ({ store, release })));
  const text = ({ store: { region }, release }: (typeof all)[number]) =>
    `${region} ${shortId(release.folder)}: ${release.keys.length} objects, ${(release.bytes / 1e9).toFixed(1)} GB`;
  if (!flags.json)
    terminal.out(all.length === 0 ? "the stack pins everything that is there" : all.map(text).join("\n"));
  const agreed = all.length === 0 || flags.yes || (await confirm(`Let go of these ${all.length}?`));
  if (agreed)
    for (const { store, release } of all) {
      forgetMirrored(paths, release.folder, store.region);
      await retire(store, release);
    }
  if (flags.json) terminal.json({ retired: agreed ? all.map(text) : [], unpinned: all.map(text) });
  return agreed ? ExitCode.ok : ExitCode.pending;
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
