/** One thing wrong with what the user gave, in the user's own words. */
export interface Problem {
  /** Where: a config path (`models.chat.live`), a file, or a command-line flag. */
  path: string;
  /** What was given, printed as it was typed. Left out where it is missing or secret. */
  given?: string;
  /** What is allowed there, with unit and range. */
  allowed: string;
  /** What to do, as a command or an edit. */
  fix: string;
}

export const formatProblem = ({ path, given, allowed, fix }: Problem): string =>
  `${path}: ${given === undefined ? "" : `${given}; `}${allowed}; ${fix}`;

export const problemList = (problems: readonly Problem[]): string =>
  [
    `${problems.length} problem${problems.length === 1 ? "" : "s"}; nothing was changed:`,
    ...problems.map((p) => `  ${formatProblem(p)}`),
  ].join("\n");

/** Exit codes of every command; a value, never a surprise. */
export const ExitCode = { ok: 0, failed: 1, badInput: 2, pending: 3, interrupted: 130 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Bad input: every problem at once, printed without a stack trace; exit code 2. */
export class InputError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problemList(problems));
    this.name = "InputError";
  }
}

/** Something in the world is not as it must be (port taken, cluster away): one sentence and the fix; exit code 1. */
export class OperationError extends Error {
  constructor(
    message: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(`${message}; ${fix}`, options);
    this.name = "OperationError";
  }
}
