import type { Problem } from "../../../infra/core/errors";
import { type EngineArguments, PinnedImage, type Variant } from "../../../infra/core/release";

const VARIANT_FORM = "name=gpuClass:gpus:registry/image@sha256:<64 hex>";

/** `a100x4=a100-80gb:4:registry/vllm@sha256:...` for each variant. */
export function parseVariants(
  texts: readonly string[],
  runtimeClaim: string | undefined,
): Record<string, Variant> | Problem[] {
  const problems: Problem[] = [];
  const variants: Record<string, Variant> = {};
  for (const text of texts) {
    const [, name, gpuClass, gpus, image = ""] =
      /^([a-z0-9][a-z0-9-]{0,19})=([a-z0-9][a-z0-9-]*):([1-9]\d{0,2}):(.+)$/.exec(text) ?? [];
    if (name === undefined || gpuClass === undefined)
      problems.push({ path: "--variant", given: text, allowed: VARIANT_FORM, fix: "e.g. a100x4=a100-80gb:4:..." });
    else if (!PinnedImage.safeParse(image).success)
      problems.push({
        path: `--variant ${name}`,
        given: image,
        allowed: "an image by digest, registry/name@sha256:<64 hex>: a tag can move",
        fix: "look its digest up, e.g. 'oras resolve' or 'docker buildx imagetools inspect'",
      });
    else
      variants[name] = {
        gpuClass,
        tensorParallel: Number(gpus),
        image,
        arguments: {},
        ...(runtimeClaim && { runtimeClaim }),
      };
  }
  return problems.length > 0 ? problems : variants;
}

/** `max-model-len=2048`, `enable-prefix-caching`: numbers and booleans as such, everything else as text. */
export function parseArguments(texts: readonly string[]): EngineArguments | Problem[] {
  const problems: Problem[] = [];
  const found: EngineArguments = {};
  for (const text of texts) {
    const [, key, value] = /^(?:--)?([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(text) ?? [];
    if (key === undefined || Object.hasOwn(found, key))
      problems.push({
        path: "--arg",
        given: text,
        allowed: "each engine flag once, as flag=value",
        fix: "e.g. --arg max-model-len=8192",
      });
    else
      found[key] =
        value === undefined || value === "true"
          ? true
          : value === "false"
            ? false
            : /^-?\d+(\.\d+)?$/.test(value)
              ? Number(value)
              : value;
  }
  return problems.length > 0 ? problems : found;
}
