import type { ReleaseContent } from "./release";

/** `hf://org/name@commit` is of `org/name`. Left out: weights without a public name. */
export const publicName = ({ weights }: Pick<ReleaseContent, "weights">): string | undefined =>
  /^hf:\/\/([^@]+)@/.exec(weights.source)?.[1];
