import type { Problem } from "../../core/errors";
import { type Pointers, runningReleases } from "../../core/pointers";
import type { ReleaseFile } from "../../core/release";
import type { ModelConfig, PinnedReleases, PoolConfig, StackConfig } from "../schema";

export interface Checked {
  /** The environment's name. */
  name: string;
  config: StackConfig;
  releases: PinnedReleases;
  /** `YYYY-MM-DD`, for what runs out. */
  today: string;
}

/** A check over several sections: pure, returns what is wrong, never throws. */
export type Rule = (stack: Checked) => Problem[];

/** Calls `check` for every model. */
export const eachModel =
  <T = Problem>(check: (model: ModelConfig, name: string, stack: Checked) => T[]) =>
  (stack: Checked): T[] =>
    Object.entries(stack.config.models).flatMap(([name, model]) => check(model, name, stack));

/** Calls `check` for every pool with its path. */
export const eachPool =
  (check: (pool: PoolConfig, path: string, stack: Checked) => Problem[]): Rule =>
  (stack) =>
    Object.entries(stack.config.pools).flatMap(([name, pool]) => check(pool, `pools.${name}`, stack));

/** For rules that only AWS environments have to keep. */
export const onAws =
  (rule: Rule): Rule =>
  (stack) =>
    stack.config.environment.platform === "aws" ? rule(stack) : [];

/** Keys of a map by region that are no region of the stack. */
export const foreignRegions = (path: string, map: Readonly<Record<string, unknown>>, { config }: Checked): Problem[] =>
  Object.keys(map)
    .filter((region) => !config.regions.includes(region))
    .map((region) => ({
      path: `${path}.${region}`,
      given: "not a region of this stack",
      allowed: `one of ${config.regions.join(", ")}`,
      fix: "remove it, or add the region to `regions`",
    }));

export interface Running {
  model: string;
  /** Name of the release. */
  name: string;
  file: ReleaseFile;
  /** Prefix of the paths inside the release file. */
  path: string;
}

/** Calls `check` for every release that will run and whose file is good. */
export const eachRunning = <T = Problem>(check: (running: Running, stack: Checked) => T[]) =>
  eachModel((pointers: Pointers, model, stack) =>
    runningReleases(pointers).flatMap((name) => {
      const file = stack.releases[model]?.[name];
      return file ? check({ model, name, file, path: `stacks/releases/${model}/${name}.json#content` }, stack) : [];
    }),
  );
