import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CHECKOUT } from "../support/local-platform";

jest.setTimeout(300_000);

/** The README is the door: what it tells users to type is typed here, or there is a reason why not. */
const ELSEWHERE: readonly [command: RegExp, reason: string][] = [
  [/^npm ci && /, "the two lines that set everything up: CI starts with them"],
  [/ (init|images|preflight|up|kubeconfig|destroy) /, "asks AWS: against a stand-in in preflight and aws-stores"],
  [/ usage record /, "reads a log that the reader has: in the tests of usage"],
  [/ weights mirror /, "asks AWS: against a stand-in in aws-stores"],
  [/ pin .* hf:/, "asks a hub: against a stand-in in the tests of pin"],
  [
    / (promote|rollback) | status --stack prod/,
    "changes a platform that others look at: release-verbs, local-lifecycle",
  ],
  [/ local down/, "would end the platform: CI does so last"],
  [/ validate /, "in validate"],
  [/ check /, "in checkers"],
];

const shell = /```sh\n(.*?)```/gs;
const readme = readFileSync(join(CHECKOUT, "README.md"), "utf8");
const commands = [...readme.matchAll(shell)]
  .flatMap(([, block = ""]) => block.replace(/\\\n\s*/g, " ").split("\n"))
  .map((line) => line.replace(/(^|\s+)#.*$/, "").trim())
  .filter((line) => line !== "");
const runHere = commands.filter((command) => !ELSEWHERE.some(([pattern]) => pattern.test(command)));
const homeport = commands.filter((command) => command.startsWith("npx homeport "));

const run = (command: string) =>
  promisify(execFile)("bash", ["-ec", command], { cwd: CHECKOUT, encoding: "utf8", timeout: 120_000 });

// What they write where a user would keep it.
const decision = join(CHECKOUT, "stacks/decisions/example.yaml");
const committed = readFileSync(decision);
afterAll(() => {
  for (const made of ["rendered", "decision.html"]) rmSync(join(CHECKOUT, made), { recursive: true, force: true });
  writeFileSync(decision, committed);
});

it("has commands of both kinds", () => {
  expect(runHere.length).toBeGreaterThanOrEqual(6);
  expect(commands.length - runHere.length).toBeGreaterThanOrEqual(ELSEWHERE.length);
});

it.each(runHere)("runs: %s", async (command) => {
  const { stdout } = await run(command);
  if (command.startsWith("curl")) expect(JSON.parse(stdout)).toHaveProperty("choices.0.message.content");
  else expect(stdout).not.toBe("");
});

/** `weights mirror`: the words before the first placeholder or flag that are verbs. */
const verbOf = (command: string): string[] => {
  const [verb = "", part = ""] = command.split(/\s+/).slice(2);
  return ["local", "weights", "images", "bundle", "catalogue", "usage", "engine"].includes(verb)
    ? [verb, part]
    : [verb];
};

it.each(homeport)("has the flags of: %s", async (command) => {
  const flags = command.match(/(?<= )--[a-z-]+/g) ?? [];
  const { stdout } = await run(`npx homeport ${verbOf(command).join(" ")} --help`);
  for (const flag of flags) expect(stdout).toContain(flag);
  expect(stdout).toContain(`Usage: homeport ${verbOf(command).join(" ")}`);
});
