import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedStack } from "../../../infra/config/schema";
import { type ReleaseFile, shortId } from "../../../infra/core/release";
import { toolBinary } from "../../../infra/core/tool-binaries";
import { stackImages } from "../../../infra/values/aws/images";
import { type ChartPin, readVersions } from "../../../infra/values/versions";

/** What a site without any connection needs of the outside, as far as a stack decides it. */
export interface BundleContents {
  releases: { model: string; name: string; file: ReleaseFile }[];
  /** By digest, as their source names them. */
  images: string[];
  charts: ChartPin[];
  tools: { name: string; locate: () => string }[];
  plugins: Plugin[];
}

/** A provider that `pulumi up` would download. */
export interface Plugin {
  name: string;
  version: string;
  url: string;
}

const PLUGIN_HOME = "https://get.pulumi.com/releases/plugins";
const MODULES = join(__dirname, "../../../node_modules/@pulumi");

export function bundleContents({ config, releases }: LoadedStack): BundleContents {
  const pinned = Object.entries(config.models).flatMap(([model, { releases: pins }]) =>
    Object.keys(pins).flatMap((name) => {
      const file = releases[model]?.[name];
      return file === undefined ? [] : [{ model, name, file }];
    }),
  );
  return {
    releases: [...new Map(pinned.map((one) => [one.file.id, one])).values()],
    images: stackImages(config, releases),
    charts: Object.values(readVersions().charts),
    tools: (["helm", "kubectl"] as const).map((name) => ({ name, locate: () => toolBinary(name) })),
    plugins: pulumiPlugins(),
  };
}

/** Every provider of package.json, in its installed version: each says of itself that it is one. */
export function pulumiPlugins(modules = MODULES): Plugin[] {
  return readdirSync(modules)
    .map((name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")) as PackageFile)
    .flatMap(({ pulumi, version }) =>
      pulumi?.resource ? [{ name: pulumi.name ?? "", version: pulumi.version ?? version }] : [],
    )
    .map(({ name, version }) => ({ name, version, url: `${PLUGIN_HOME}/${pluginFile({ name, version })}` }));
}

interface PackageFile {
  version: string;
  pulumi?: { resource?: boolean; name?: string; version?: string };
}

export const pluginFile = ({ name, version }: Pick<Plugin, "name" | "version">): string =>
  `pulumi-resource-${name}-v${version}-linux-amd64.tar.gz`;

export const chartsFolder = (bundle: string): string => join(bundle, "charts");

/** Folder of a release in the bundle. */
export const weightsFolder = ({ id }: ReleaseFile): string => `weights/${shortId(id)}`;
