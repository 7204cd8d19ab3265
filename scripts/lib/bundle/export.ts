import { createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { OperationError } from "../../../infra/core/errors";
import type { ReleaseFile } from "../../../infra/core/release";
import { toolBinary } from "../../../infra/core/tool-binaries";
import { type ChartPin, chartArchive } from "../../../infra/values/versions";
import { run } from "../../local/command";
import { archiveBlob, archiveFault, chartManifest, filesOf, isOci } from "../charts/archives";
import { keepVerified, pullImage } from "../images/layout";
import { addressOf, registrySource } from "../images/registry";
import { fetchRelease } from "../weights/fetch-release";
import { type BundleContents, chartsFolder, type Plugin, pluginFile, weightsFolder } from "./contents";
import { SUMS, writeSums } from "./sums";

export interface Missing {
  what: string;
  why: string;
  /** Where a person can get it, and the file of the bundle it belongs into. */
  from: string;
  to: string;
}

export interface ExportOptions {
  /** Holds `<model>/<release>/` with the files of releases that need not be downloaded. */
  weightsFrom?: string;
  /** Our own image, which no registry has, and how its blobs get into a folder. */
  agentImage: string;
  agentBlobs: (folder: string) => Promise<void>;
  onDone: (text: string) => void;
}

/**
 * Fills a folder with everything; what is there and right is left, so a second run goes on. What cannot be had is
 * returned, and belongs into the folder before the list of checksums counts as whole.
 */
export async function exportBundle(
  contents: BundleContents,
  folder: string,
  options: ExportOptions,
): Promise<Missing[]> {
  await mkdir(folder, { recursive: true });
  // A list that is older than the files would vouch for nothing.
  await rm(join(folder, SUMS), { force: true });
  const missing: Missing[] = [];
  const attempt = async (what: string, from: string, to: string, work: () => Promise<unknown>) => {
    try {
      await work();
      options.onDone(what);
    } catch (error) {
      missing.push({ what, why: (error as Error).message, from, to });
    }
  };
  for (const { model, name, file } of contents.releases) {
    const local = options.weightsFrom === undefined ? undefined : join(options.weightsFrom, model, name);
    const source = local !== undefined && existsSync(local) ? local : file.content.weights.source;
    await attempt(`weights ${model} ${name}`, source, `${weightsFolder(file)}/files`, () =>
      weights(file, source, folder),
    );
  }
  for (const image of contents.images) {
    const { registry, name, digest } = addressOf(image);
    const pull = () => pullImage(registrySource(registry, name), digest, join(folder, "images"));
    const own = () => options.agentBlobs(join(folder, "images"));
    await attempt(`image ${image}`, image, "images/blobs", image === options.agentImage ? own : pull);
  }
  for (const chart of contents.charts)
    await attempt(
      `chart ${chart.chart} ${chart.version}`,
      "repository" in chart && chart.repository !== undefined ? chart.repository : chart.chart,
      filesOf(chart)
        .map((name) => `charts/${name}`)
        .join(" and "),
      () => pullChart(chart, chartsFolder(folder)),
    );
  for (const { name, locate } of contents.tools)
    await attempt(name, name, `tools/${name}`, () => copied(locate(), join(folder, "tools", name)));
  for (const plugin of contents.plugins)
    await attempt(`Pulumi plugin ${plugin.name} ${plugin.version}`, plugin.url, `plugins/${pluginFile(plugin)}`, () =>
      download(plugin, join(folder, "plugins", pluginFile(plugin))),
    );
  const { images, charts, plugins } = contents;
  const releases = contents.releases.map(({ model, name, file }) => ({ model, name, id: file.id }));
  const list = { releases, images, charts, plugins, missing };
  await writeFile(join(folder, "bundle.json"), `${JSON.stringify(list, null, 2)}\n`);
  await writeSums(folder);
  return missing;
}

async function weights(file: ReleaseFile, source: string, folder: string): Promise<void> {
  const target = join(folder, weightsFolder(file));
  await fetchRelease(file, join(target, "files"), source);
  const { id, content, pinned } = file;
  await writeFile(join(target, "release.json"), `${JSON.stringify({ id, content, pinned }, null, 2)}\n`);
}

/** What lies there and is the pinned one is left, whoever brought it; for `oci://` the manifest comes along as the proof. */
async function pullChart(pin: ChartPin, folder: string): Promise<void> {
  if (archiveFault(pin, folder) === undefined) return;
  const file = join(folder, chartArchive(pin));
  await mkdir(folder, { recursive: true });
  if (isOci(pin)) {
    const { registry, name, digest } = addressOf(`${pin.chart.slice("oci://".length)}@${pin.digest}`);
    const source = registrySource(registry, name);
    const { body } = await source.manifest(digest);
    await writeFile(join(folder, chartManifest(pin)), body);
    if (archiveFault(pin, folder) === undefined) return;
    const archive = archiveBlob(pin, body);
    await rm(file, { force: true });
    return keepVerified(file, archive, () => source.blob(archive.digest));
  }
  const repository = "repository" in pin && pin.repository !== undefined ? ["--repo", pin.repository] : [];
  const flags = ["--version", pin.version, ...repository, "--destination", folder];
  await run(toolBinary("helm"), ["pull", pin.chart, ...flags]);
  const fault = archiveFault(pin, folder);
  if (fault === undefined) return;
  await rm(file, { force: true });
  throw new OperationError(`${fault.given}, ${fault.allowed} is recorded`, "do not use this repository");
}

async function copied(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

/** Nobody publishes a digest beside it; what arrived over TLS is what the list vouches for from then on. */
async function download({ url }: Plugin, file: string): Promise<void> {
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  const answer = await fetch(url).catch((error) => {
    throw new Error(`cannot be reached (${error.cause?.code ?? error.message})`);
  });
  if (!answer.ok || answer.body === null) throw new Error(`is answered ${answer.status}`);
  const partial = `${file}.part`;
  await pipeline(Readable.fromWeb(answer.body as ReadableStream<Uint8Array>), createWriteStream(partial));
  await rename(partial, file);
}
