import type { ExitCode } from "../../infra/core/errors";

/** Turns an action that answers with an exit code into one that commander can call. */
export const action =
  <Args extends unknown[]>(run: (...args: Args) => Promise<ExitCode>) =>
  async (...args: Args): Promise<void> => {
    process.exitCode = await run(...args);
  };
