import type { ExitCode } from "../../infra/core/errors";

/**
 * Turns an action that answers with an exit code into one that commander can call. Commander passes itself behind the
 * options; the action never sees it, because what stands there in a verb's signature is what tests replace.
 */
export const action =
  <Args extends unknown[]>(run: (...args: Args) => Promise<ExitCode>) =>
  async (...args: [...Args, command: unknown]): Promise<void> => {
    process.exitCode = await run(...(args.slice(0, -1) as Args));
  };
