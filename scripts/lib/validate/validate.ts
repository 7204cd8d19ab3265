import { stringify } from "yaml";
import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import { FIELD_MANAGER } from "../../../infra/core/names";
import { toolBinary } from "../../../infra/core/tool-binaries";
import { attempt, run } from "../../local/command";
import type { RenderedObject } from "../render/rendered-objects";
import { customKindFiles } from "./custom-kinds";

export interface Validation {
  /** Objects that were given to the API server. */
  judged: number;
  /** Kinds of custom objects that it knew. */
  customKinds: number;
  /** Its own words about what it refused or warned of. */
  problems: string[];
}

/** Server-side dry run of every object, in namespaces that really exist, so that Pod Security speaks too. */
export async function validateObjects(kubeconfig: string, objects: readonly RenderedObject[]): Promise<Validation> {
  const kubectl = [toolBinary("kubectl"), ["--kubeconfig", kubeconfig]] as const;
  const apply = (...flags: string[]) => [
    ...kubectl[1],
    "apply",
    "--server-side",
    `--field-manager=${FIELD_MANAGER}`,
    ...flags,
  ];

  const customKinds = await teachCustomKinds(kubeconfig);

  const problems: string[] = [];
  for (const region of new Set(objects.map((object) => object.region))) {
    const own = objects.filter((object) => object.region === region).map(({ object }) => object);
    const namespaces = own.filter(({ kind }) => kind === "Namespace");
    await run(kubectl[0], apply("--filename", "-"), { input: manifest(namespaces) });
    const dryRun = apply("--dry-run=server", "--validate=strict", "--output=name", "--filename", "-");
    const { stdout, stderr } = await attempt(kubectl[0], dryRun, { input: manifest(own) });
    problems.push(...complaints(stderr));
    const accepted = stdout.split("\n").filter((line) => line !== "").length;
    if (accepted !== own.length && complaints(stderr).length === 0)
      problems.push(`${own.length - accepted} of ${own.length} objects got no answer`);
  }
  return { judged: objects.length, customKinds, problems };
}

/** Gives the API server every custom kind that our objects may be of; returns how many it knows then. */
export async function teachCustomKinds(kubeconfig: string): Promise<number> {
  const kubectl = (...args: string[]) => run(toolBinary("kubectl"), ["--kubeconfig", kubeconfig, ...args]);
  const files = await customKindFiles();
  await kubectl("apply", "--server-side", ...files.flatMap((file) => ["--filename", file]));
  const kinds = (await kubectl("get", "crd", "--output=name")).trim().split("\n");
  await kubectl("wait", "--for=condition=Established", "--timeout=60s", ...kinds);
  return kinds.length;
}

const manifest = (objects: readonly KubernetesObject[]): string =>
  objects.map((object) => stringify(object)).join("---\n");

const complaints = (stderr: string): string[] => stderr.split("\n").filter((line) => line.trim() !== "");
