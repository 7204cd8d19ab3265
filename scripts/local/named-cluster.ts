import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, OperationError } from "../../infra/core/errors";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { renderStack } from "../lib/render/render";
import { step } from "../lib/report";
import { attempt } from "./command";
import { kubectlBinary, kubectlCode } from "./kubectl-run";
import { placesOf } from "./layout";
import { applyStages, secretPaths } from "./stages";
import { StoredSecrets } from "./stored-secrets";

/**
 * Applies an environment to a cluster that somebody else runs, named by its kubeconfig context: the same stages, with
 * nothing replaced. Images and the weights' bucket are the environment's own business there. Returns the kubeconfig,
 * which holds that one context.
 */
export async function applyToContext(checkout: string, context: string, environment: string): Promise<string> {
  const places = placesOf(checkout);
  const kubeconfig = await step(`find the cluster ${context}`, 2, () => kubeconfigOf(places.config, context));
  const rendered = await step("render the stack", 5, () => renderStack(environment, { root: checkout }));
  const objects = rendered.objects.map(({ object }) => object);
  const secrets = secretsFor(objects, join(places.config, `${fileName(context)}-secrets.json`));
  await applyStages(
    { objects, charts: rendered.charts },
    { kubeconfig, workFolder: places.config, secret: (path) => secrets.value(path) },
  );
  return kubeconfig;
}

const fileName = (context: string): string => context.replace(/[^\w.-]/g, "-");

/**
 * Client keys are made and kept; a secret that the stack's owner has set can only be given. Throws InputError with every
 * one that is missing, before anything is applied.
 */
export function secretsFor(objects: readonly KubernetesObject[], file: string): StoredSecrets {
  const secrets = new StoredSecrets(file);
  const problems = secretPaths(objects)
    .filter((path) => !secrets.has(path))
    .map((path) => ({
      path,
      given: "missing",
      allowed: "its value, which only the stack's owner has",
      fix: `write {"${path}": "..."} into ${file} (mode 0600)`,
    }));
  if (problems.length > 0) throw new InputError(problems);
  return secrets;
}

/** A file with that context only, so that switching the current one elsewhere changes nothing here. */
export async function kubeconfigOf(folder: string, context: string): Promise<string> {
  const view = ["config", "view", "--minify", "--flatten", "--raw", `--context=${context}`, "--output=json"];
  const { code, stdout, stderr } = await attempt(kubectlBinary(), view);
  if (code !== 0)
    throw new OperationError(
      `no kubeconfig context is called ${context} (${stderr.trim().split("\n").at(-1)})`,
      "'kubectl config get-contexts' lists them",
    );
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fileName(context)}.kubeconfig`);
  writeFileSync(file, stdout, { mode: 0o600 });
  if ((await kubectlCode(file, ["get", "--raw=/readyz"])) === 0) return file;
  throw new OperationError(`the cluster of context ${context} does not answer`, "check that it runs and is reachable");
}
