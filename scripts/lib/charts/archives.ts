import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../infra/core/canonical-json";
import { InputError, OperationError, type Problem } from "../../../infra/core/errors";
import { CHART_ARCHIVES, type ChartPin, chartArchive } from "../../../infra/values/versions";
import { type Blob, parsedManifest } from "../images/registry";

/** Charts of others as archives in a folder, each held against its pin before anything reads it. */

/** Where a checkout keeps them for the program. */
export const archiveFolder = (root: string): string => join(root, CHART_ARCHIVES);

export const isOci = ({ chart }: ChartPin): boolean => chart.startsWith("oci://");

/** Beside the archive of an OCI chart: the pin is the digest of the manifest, and the manifest has that of the archive. */
export const chartManifest = (pin: ChartPin): string => chartArchive(pin).replace(/\.tgz$/, ".manifest.json");

export const filesOf = (pin: ChartPin): string[] => [chartArchive(pin), ...(isOci(pin) ? [chartManifest(pin)] : [])];

/** The archive that a chart's manifest names: its one layer, after the config; provenance comes behind it. */
export function archiveBlob({ chart, digest }: ChartPin, manifest: Buffer): Blob {
  const archive = parsedManifest(manifest, digest, chart).blobs[1];
  if (archive === undefined) throw new OperationError(`${chart} is no chart`, "check charts/versions.json");
  return archive;
}

/** What is wrong with a chart's files in a folder, if something is. */
export function archiveFault(pin: ChartPin, folder: string): Pick<Problem, "given" | "allowed"> | undefined {
  const missing = filesOf(pin).find((name) => !existsSync(join(folder, name)));
  if (missing !== undefined) return { given: `${missing} is not there`, allowed: filesOf(pin).join(" and ") };
  const digestOf = (name: string) => `sha256:${sha256Hex(readFileSync(join(folder, name)))}`;
  const wrong = (name: string, allowed: string) => {
    const found = digestOf(name);
    return found === allowed ? undefined : { given: `${name} is ${found}`, allowed };
  };
  if (!isOci(pin)) return wrong(chartArchive(pin), pin.digest);
  const manifest = chartManifest(pin);
  return (
    wrong(manifest, pin.digest) ??
    wrong(chartArchive(pin), archiveBlob(pin, readFileSync(join(folder, manifest))).digest)
  );
}

/** One problem for each chart whose files in a folder are not the pinned ones. */
export const archiveProblems = (pins: readonly ChartPin[], folder: string, fix: string): Problem[] =>
  pins.flatMap((pin) => {
    const fault = archiveFault(pin, folder);
    return fault === undefined ? [] : [{ path: `chart ${pin.chart} ${pin.version}`, ...fault, fix }];
  });

export const importCommand = (environment: string): string => `homeport bundle import <folder> --stack ${environment}`;

/** Throws InputError where the program of an airgapped environment would find no chart, or another one. */
export function requireArchives(pins: readonly ChartPin[], root: string, environment: string): void {
  const problems = archiveProblems(pins, archiveFolder(root), importCommand(environment));
  if (problems.length > 0) throw new InputError(problems);
}

/** Copies verified archives to where the program looks for them. */
export function keepArchives(pins: readonly ChartPin[], from: string, root: string): void {
  const folder = archiveFolder(root);
  mkdirSync(folder, { recursive: true });
  for (const name of pins.flatMap(filesOf)) copyFileSync(join(from, name), join(folder, name));
}
