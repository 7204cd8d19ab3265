import type { PinnedReleases, StackConfig } from "../../config/schema";

/** What the values of one region's AWS half follow from. */
export interface Cell {
  region: string;
  place: { environment: string };
  config: StackConfig;
  releases: PinnedReleases;
}
