import { Command } from "commander";
import { ExitCode, InputError, OperationError, type Problem, problemList } from "../infra/core/errors";
import { redact } from "./lib/redact";
import { outliveReaders, terminal } from "./lib/report";

/** Every verb: adds itself to the program; its action resolves to an exit code. */
type Register = (program: Command) => void;

// require, not import(): tsx hooks CommonJS only, which is what makes the command line start within a second.
/** By what its user is about to do, in the order in which that is done. */
const VERBS: Readonly<Record<string, Readonly<Record<string, () => { register: Register }>>>> = {
  "Decide:": {
    usage: () => require("./commands/usage"),
    catalogue: () => require("./commands/catalogue"),
    fit: () => require("./commands/fit"),
    decide: () => require("./commands/decide"),
    assess: () => require("./commands/assess"),
    cost: () => require("./commands/cost"),
  },
  "Review, without a cluster or credentials:": {
    render: () => require("./commands/render"),
    validate: () => require("./commands/validate"),
    check: () => require("./commands/check"),
    airgap: () => require("./commands/airgap"),
    responsibilities: () => require("./commands/responsibilities"),
  },
  "Releases:": {
    pin: () => require("./commands/pin"),
    promote: () => require("./commands/promote"),
    rollback: () => require("./commands/rollback"),
    status: () => require("./commands/status"),
  },
  "On AWS:": {
    init: () => require("./commands/init"),
    weights: () => require("./commands/weights"),
    images: () => require("./commands/images"),
    preflight: () => require("./commands/preflight"),
    up: () => require("./commands/up"),
    kubeconfig: () => require("./commands/kubeconfig"),
    tunnel: () => require("./commands/tunnel"),
    destroy: () => require("./commands/destroy"),
    bundle: () => require("./commands/bundle"),
  },
  "On this machine:": {
    local: () => require("./commands/local"),
    demo: () => require("./commands/demo"),
    bench: () => require("./commands/bench"),
  },
  "The kit itself:": {
    engine: () => require("./commands/engine"),
    gen: () => require("./commands/gen"),
  },
};

/** The called verb alone, so that one verb's libraries do not slow another; all of them for the help and for mistakes. */
function registerVerbs(program: Command, called = ""): void {
  const known = Object.values(VERBS).some((group) => Object.hasOwn(group, called));
  for (const [heading, group] of Object.entries(VERBS)) {
    program.commandsGroup(heading);
    for (const [name, load] of Object.entries(group)) if (!known || name === called) load().register(program);
  }
}

export async function main(argv: readonly string[]): Promise<void> {
  outliveReaders();
  const program = new Command("homeport")
    .description("self-host open-weight language models: pin, serve, roll back")
    .showSuggestionAfterError()
    .showHelpAfterError("(homeport --help lists the commands)")
    .exitOverride((e) => {
      process.exit(e.exitCode === 0 ? ExitCode.ok : ExitCode.badInput);
    });
  registerVerbs(program, argv[2]);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}

/** A problem is a line, whatever stands in what was given. */
const onOneLine = ({ path, given, ...rest }: Problem): Problem => ({
  path: path.replaceAll("\n", "\\n"),
  ...(given === undefined ? {} : { given: given.replaceAll("\n", "\\n") }),
  ...rest,
});

function reportFailure(error: unknown): ExitCode {
  if (error instanceof InputError) {
    terminal.error(problemList(error.problems.map(onOneLine)));
    return ExitCode.badInput;
  }
  if (error instanceof OperationError) {
    terminal.error(error.message);
    return ExitCode.failed;
  }
  const detail = error instanceof Error ? (process.env.HOMEPORT_DEBUG ? error.stack : error.message) : String(error);
  terminal.error(`unexpected: ${redact(detail ?? "")}; this is a bug of ours, HOMEPORT_DEBUG=1 shows where`);
  return ExitCode.failed;
}
