import type { Problem } from "../../core/errors";
import { type Pointers, runningReleases } from "../../core/pointers";
import type { ReleaseFile } from "../../core/release";
import type { ModelConfig, PinnedReleases, StackConfig } from "../schema";

export interface Checked {
  config: StackConfig;
  releases: PinnedReleases;
  /** `YYYY-MM-DD`, for what runs out. */
  today: string;
}

/** A check over several sections: pure, returns what is wrong, never throws. */
export type Rule = (stack: Checked) => Problem[];

/** Calls `check` for every model. */
export const eachModel =
  (check: (model: ModelConfig, name: string, stack: Checked) => Problem[]): Rule =>
  (stack) =>
    Object.entries(stack.config.models).flatMap(([name, model]) => check(model, name, stack));

export interface Running {
  model: string;
  /** Name of the release. */
  name: string;
  file: ReleaseFile;
  /** Prefix of the paths inside the release file. */
  path: string;
}

/** Calls `check` for every release that will run and whose file is good. */
export const eachRunning = (check: (running: Running, stack: Checked) => Problem[]): Rule =>
  eachModel((pointers: Pointers, model, stack) =>
    runningReleases(pointers).flatMap((name) => {
      const file = stack.releases[model]?.[name];
      return file ? check({ model, name, file, path: `stacks/releases/${model}/${name}.json#content` }, stack) : [];
    }),
  );
