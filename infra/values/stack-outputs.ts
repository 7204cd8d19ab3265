import type { LoadedStack } from "../config/schema";
import { shortId } from "../core/release";
import { gatewayValues } from "./gateway";
import { mirrorWarning, releasesIn } from "./running-releases";

export interface StackOutputs {
  regions: readonly string[];
  /** Model -> policy -> base path for OpenAI clients, shortest first. */
  addresses: Record<string, Record<string, string>>;
  /** Model -> the live release's name and short id. */
  releases: Record<string, string>;
}

/** What a stack offers, and one warning when releases are left out because no bucket holds them yet. */
export function describeStack({
  name: environment,
  config,
  releases,
}: Pick<LoadedStack, "name" | "config" | "releases">): {
  summary: StackOutputs;
  warning?: string;
} {
  const addresses: StackOutputs["addresses"] = {};
  const live: StackOutputs["releases"] = {};
  const unmirrored = config.regions.flatMap((region) =>
    Object.keys(config.models).flatMap((model) => {
      const found = releasesIn({ environment, region }, config, model, releases);
      const routes = gatewayValues(region, config, model, found.running)?.policies ?? [];
      if (routes.length > 0)
        addresses[model] = Object.fromEntries(routes.map(({ name, prefixes }) => [name, prefixes.at(-1) ?? ""]));
      return found.unmirrored;
    }),
  );
  for (const [model, { live: name, releases: pins }] of Object.entries(config.models))
    live[model] = `${name} (${shortId(pins[name] ?? "")})`;
  const warning = mirrorWarning(unmirrored);
  return {
    summary: { regions: config.regions, addresses, releases: live },
    ...(warning === undefined ? {} : { warning }),
  };
}
