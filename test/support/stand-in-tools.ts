import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Programs on the PATH that write down how they were called, and answer what a test wants. */
export class StandInTools {
  private readonly folder = mkdtempSync(join(tmpdir(), "homeport-tools-"));
  /** Where the calls are written down. */
  readonly log = join(this.folder, "calls");
  private readonly before = process.env.PATH ?? "";

  constructor() {
    mkdirSync(join(this.folder, "bin"));
    process.env.PATH = [join(this.folder, "bin"), this.before].join(delimiter);
  }

  /** `body` is shell, after the call was written down; `$*` are the arguments. */
  add(name: string, body = ""): void {
    const file = join(this.folder, "bin", name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${this.log}'\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** A PATH without anything else. */
  alone(): void {
    process.env.PATH = join(this.folder, "bin");
  }

  calls(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, "utf8").trim().split("\n") : [];
  }

  restore(): void {
    process.env.PATH = this.before;
  }
}

/** For a whole test file: programs that are stood in for, and what is said to people meanwhile; new for each test. */
export function standIns(setUp: (tools: StandInTools) => void = () => undefined) {
  const now = { tools: undefined as unknown as StandInTools, said: "" };
  beforeEach(() => {
    now.tools = new StandInTools();
    now.said = "";
    setUp(now.tools);
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
      now.said += text;
      return true;
    });
  });
  afterEach(() => {
    now.tools.restore();
    jest.restoreAllMocks();
  });
  return now;
}
