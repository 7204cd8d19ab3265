import type { LoadedStack } from "../../../../infra/config/schema";
import { type ReleaseFile, shortId } from "../../../../infra/core/release";

/** A pod's release as the stack file calls it, with its file; its short id alone where no pin has it. */
export function pinned(
  { config, releases }: LoadedStack,
  model: string,
  short: string,
): [string, ReleaseFile | undefined] {
  const pins = Object.entries(config.models[model]?.releases ?? {});
  const [name] = pins.find(([, id]) => shortId(id) === short) ?? [];
  return [name ?? short, name === undefined ? undefined : releases[model]?.[name]];
}
