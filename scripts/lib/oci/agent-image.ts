import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { cacheHome } from "../../../infra/core/tool-binaries";
import lockFile from "./agent-image.lock.json";
import { type DebianPackage, type DebianPin, debianPackages } from "./debian";
import { type BuiltImage, buildImage } from "./image";
import { entriesOfTree, type LayerEntry } from "./layer";
import { type NodePin, nodeRuntime } from "./node-runtime";
import { pruneArchives } from "./prune-archives";

const AGENT_IMAGE_NAME = "homeport.local/agent";

/** What the agent image is made from besides our own source. */
export interface AgentImageLock {
  node: NodePin;
  debian: Record<string, DebianPin>;
}

export interface AgentImage extends BuiltImage {
  /** The lock that these bytes follow; differs from the one in the repository where Debian has moved on. */
  lock: AgentImageLock;
  /** Packages that Debian no longer has in the locked version. */
  drifted: { name: string; locked: string; taken: string }[];
}

const REPOSITORY = resolve(__dirname, "../../..");
const LIBRARIES = "x86_64-linux-gnu";
const USER = 65532;

/**
 * Builds the image of guard, node cache and wait-weights into the user's cache: Node, the libraries it links to, the CA
 * list and the agent's bundle. Same lock and same source give the same digest on every machine.
 */
export async function buildAgentImage(lock: AgentImageLock = lockFile): Promise<AgentImage> {
  const cache = join(cacheHome(), "images");
  const [packages, node, agent] = await Promise.all([
    debianPackages(lock.debian, cache),
    nodeRuntime(lock.node, cache),
    bundleAgent(),
  ]);
  const base = [...(await libraries(packages)), ...(await accounts(packages))];
  const runtime: LayerEntry[] = [
    { kind: "file", path: "usr/bin/node", source: join(node, "node"), mode: 0o755 },
    { kind: "file", path: "usr/share/doc/node/LICENSE", source: join(node, "LICENSE") },
  ];
  const image = await buildImage(
    {
      name: AGENT_IMAGE_NAME,
      layers: [base, runtime, [{ kind: "file", path: "agent.cjs", content: agent }]],
      config: {
        user: `${USER}:${USER}`,
        workingDir: "/tmp",
        entrypoint: ["/usr/bin/node", "/agent.cjs"],
        // One trust list for every client in the image; mount another file there for a private CA.
        env: { NODE_OPTIONS: "--use-openssl-ca", SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt", HOME: "/tmp" },
      },
    },
    cache,
  );
  await pruneArchives(image.archive);
  const taken = Object.fromEntries(packages.map(({ name, version, sha256 }) => [name, { version, sha256 }]));
  const drifted = packages
    .filter(({ name, sha256 }) => lock.debian[name]?.sha256 !== sha256)
    .map(({ name, version }) => ({ name, locked: lock.debian[name]?.version ?? "", taken: version }));
  return { ...image, lock: { node: lock.node, debian: taken }, drifted };
}

/** The agent as one CommonJS file. Paths in it are relative to the repository, so that its place does not show. */
export async function bundleAgent(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(REPOSITORY, "infra/agent/main.ts")],
    absWorkingDir: REPOSITORY,
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "cjs",
    legalComments: "inline",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Shared libraries and licence texts; nothing else of the packages is needed to run Node. */
async function libraries(packages: readonly DebianPackage[]): Promise<LayerEntry[]> {
  const wanted = new RegExp(
    `^(lib64/[^/]+|(usr/)?lib/${LIBRARIES}/[^/]+\\.so(\\.[0-9.]+)?|usr/share/doc/[^/]+(/copyright)?)$`,
  );
  const trees = await Promise.all(packages.map(({ directory }) => entriesOfTree(directory)));
  return trees.flat().filter(({ kind, path }) => kind !== "directory" && wanted.test(path));
}

/** What a distribution's install scripts would have made: the CA list, the accounts, name lookup, /tmp. */
async function accounts(packages: readonly DebianPackage[]): Promise<LayerEntry[]> {
  const authorities = packages.find(({ name }) => name === "ca-certificates");
  const folder = join(authorities?.directory ?? "", "usr/share/ca-certificates/mozilla");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".crt")).sort();
  const certificates = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const text = (path: string, content: string): LayerEntry => ({ kind: "file", path, content });
  return [
    text("etc/ssl/certs/ca-certificates.crt", certificates.map((c) => `${c.trimEnd()}\n`).join("")),
    text("etc/passwd", `root:x:0:0:root:/:/sbin/nologin\nhomeport:x:${USER}:${USER}:homeport:/tmp:/sbin/nologin\n`),
    text("etc/group", `root:x:0:\nhomeport:x:${USER}:\n`),
    text("etc/nsswitch.conf", "hosts: files dns\n"),
    { kind: "directory", path: "tmp", mode: 0o1777 },
  ];
}
