import type { LoadedStack } from "../../config/schema";
import type { Problem } from "../../core/errors";
import { aboveCeiling } from "./cost/ceiling";
import { missingDigests } from "./images";

/** What a stack that keeps every rule is refused for all the same, because it follows from what values plan for it. */
export const refusals = (stack: Pick<LoadedStack, "name" | "config" | "releases">): Problem[] => [
  ...missingDigests(stack.config),
  ...aboveCeiling(stack),
];
