import { createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { sha256Hex } from "../../../infra/core/canonical-json";
import { OperationError } from "../../../infra/core/errors";
import type { ReleaseFile } from "../../../infra/core/release";
import { toolBinary } from "../../../infra/core/tool-binaries";
import { run } from "../../local/command";
import { keepVerified, pullImage } from "../images/layout";
import { addressOf, registrySource } from "../images/registry";
import { fetchRelease } from "../weights/fetch-release";
import { type BundleContents, type Chart, chartFile, type Plugin, pluginFile, weightsFolder } from "./contents";
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
      chart.repository ?? chart.chart,
      `charts/${chartFile(chart)}`,
      () => pullChart(chart, join(folder, "charts")),
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

/** By its digest where one is recorded; the others by their version, as helm finds them today. */
async function pullChart(chart: Chart, folder: string): Promise<void> {
  const file = join(folder, chartFile(chart));
  if (existsSync(file)) return;
  await mkdir(folder, { recursive: true });
  if (chart.chart.startsWith("oci://") && chart.digest !== undefined) {
    const { registry, name, digest } = addressOf(`${chart.chart.slice("oci://".length)}@${chart.digest}`);
    const source = registrySource(registry, name);
    const { blobs } = await source.manifest(digest);
    const archive = blobs[1]; // after the config; a chart has one layer, provenance comes behind it
    if (archive === undefined) throw new OperationError(`${chart.chart} is no chart`, "check charts/versions.json");
    return keepVerified(file, archive, () => source.blob(archive.digest));
  }
  const repository = chart.repository === undefined ? [] : ["--repo", chart.repository];
  const flags = ["--version", chart.version, ...repository, "--destination", folder];
  await run(toolBinary("helm"), ["pull", chart.chart, ...flags]);
  const found = `sha256:${sha256Hex(await readFile(file))}`;
  if (chart.digest === undefined || found === chart.digest) return;
  await rm(file);
  throw new OperationError(`${found} arrived, ${chart.digest} is recorded`, "do not use this repository");
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
