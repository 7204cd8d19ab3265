import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { action } from "../../scripts/lib/action";

const ROOT = join(__dirname, "../..");
const FILES = [
  ...readdirSync(join(ROOT, "scripts/commands")).map((name) => `scripts/commands/${name}`),
  "scripts/lib/releases/command.ts",
  "scripts/cli.ts",
];

/** Calls whose last text a user reads. */
const SAID = /\.(?:description|option|requiredOption|argument)\(\s*(?:"[^"]*",\s*)?((?:["`][^"`]*["`][\s+]*)+)/g;
/** Words that have capitals wherever they stand: AWS, S3, API. */
const NAMES = /^[A-Z][A-Z0-9]+\b/;

it("says what each verb, argument and option is in one style: small letters, no full stop", () => {
  const texts = FILES.flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(SAID)].map(([, text = ""]) =>
      text.replace(/["`]\s*\+\s*["`]/g, "").replace(/^\s*["`]|["`]\s*$/g, ""),
    ),
  );
  expect(texts.length).toBeGreaterThan(80);
  expect(texts.filter((text) => !NAMES.test(text) && /^[A-Z]|\.$|\. [A-Z]/.test(text))).toEqual([]);
});

it("gives an action what was typed, and nothing of commander: behind it stands what tests replace", async () => {
  const seen: unknown[][] = [];
  const program = new Command("homeport");
  program
    .command("verb")
    .argument("<model>")
    .option("--json")
    .action(
      action(async (...given: unknown[]) => {
        seen.push(given);
        return 3;
      }),
    );
  await program.parseAsync(["node", "homeport", "verb", "chat", "--json"]);
  expect(seen).toEqual([["chat", { json: true }]]);
  expect(process.exitCode).toBe(3);
  process.exitCode = undefined;
});
