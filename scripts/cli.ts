import { Command } from "commander";
import { ExitCode, InputError, OperationError } from "../infra/core/errors";
import { redact } from "./lib/redact";
import { terminal } from "./lib/report";

/** Every verb: adds itself to the program; its action resolves to an exit code. */
type Register = (program: Command) => void;

// require, not import(): tsx hooks CommonJS only, which is what makes the command line start within a second.
const VERBS: Readonly<Record<string, () => { register: Register }>> = {
  render: () => require("./commands/render"),
  validate: () => require("./commands/validate"),
  check: () => require("./commands/check"),
  airgap: () => require("./commands/airgap"),
  responsibilities: () => require("./commands/responsibilities"),
  preflight: () => require("./commands/preflight"),
  up: () => require("./commands/up"),
  kubeconfig: () => require("./commands/kubeconfig"),
  tunnel: () => require("./commands/tunnel"),
  destroy: () => require("./commands/destroy"),
  local: () => require("./commands/local"),
  demo: () => require("./commands/demo"),
  pin: () => require("./commands/pin"),
  promote: () => require("./commands/promote"),
  rollback: () => require("./commands/rollback"),
  status: () => require("./commands/status"),
  engine: () => require("./commands/engine"),
  gen: () => require("./commands/gen"),
  bench: () => require("./commands/bench"),
  init: () => require("./commands/init"),
  weights: () => require("./commands/weights"),
  images: () => require("./commands/images"),
  bundle: () => require("./commands/bundle"),
};

/** The called verb alone, so that one verb's libraries do not slow another; all of them for the help and for mistakes. */
const verbs = (called: string | undefined): Register[] =>
  Object.entries(VERBS)
    .filter(([name]) => name === called || !Object.hasOwn(VERBS, called ?? ""))
    .map(([, load]) => load().register);

export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("homeport")
    .description("Self-host open-weight language models: pin, serve, roll back.")
    .showSuggestionAfterError()
    .showHelpAfterError("(homeport --help lists the commands)")
    .exitOverride((e) => {
      process.exit(e.exitCode === 0 ? ExitCode.ok : ExitCode.badInput);
    });
  for (const register of verbs(argv[2])) register(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}

function reportFailure(error: unknown): ExitCode {
  if (error instanceof InputError || error instanceof OperationError) {
    terminal.error(error.message);
    return error instanceof InputError ? ExitCode.badInput : ExitCode.failed;
  }
  const detail = error instanceof Error ? (process.env.HOMEPORT_DEBUG ? error.stack : error.message) : String(error);
  terminal.error(`unexpected: ${redact(detail ?? "")}; this is a bug of ours, HOMEPORT_DEBUG=1 shows where`);
  return ExitCode.failed;
}
