import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseStackFile } from "../../infra/config/stack-file";
import { userFile } from "../../infra/config/user-file";
import { parseUserJson } from "../../infra/config/user-json";
import { formatProblem, type InputError } from "../../infra/core/errors";
import { problemLines, stackFolder } from "../support/stack-folder";

const FILE = "stacks/Pulumi.test.yaml";

function lines(given: string | Uint8Array): string[] {
  const bytes = typeof given === "string" ? new TextEncoder().encode(given) : given;
  const result = parseStackFile(FILE, bytes);
  return "problems" in result ? result.problems.map(formatProblem) : [];
}

const GOOD = "config:\n  homeport:environment: { platform: aws, owner: me }\n";

it("reads the sections of our namespace and leaves those of others alone", () => {
  const text = `# a comment\nsecretsprovider: awskms://alias/x\nencryptedkey: abc\n${GOOD}  aws:region: eu-west-1\n`;
  expect(parseStackFile(FILE, new TextEncoder().encode(text))).toEqual({
    sections: { environment: { platform: "aws", owner: "me" } },
  });
});

describe("refuses with line and column", () => {
  it("a tab as indentation", () => {
    expect(lines("config:\n\thomeport:regions: [local]\n")).toContain(
      `${FILE}:2:1: Tabs are not allowed as indentation; spaces for indentation; replace the tab`,
    );
  });

  it("a byte order mark", () => {
    expect(lines(`\ufeff${GOOD}`)).toEqual([
      `${FILE}:1:1: a byte order mark; UTF-8 without one; save the file without it`,
    ]);
  });

  it("a duplicate key", () => {
    expect(lines(`${GOOD}  homeport:environment: {}\n`)).toEqual([
      `${FILE}:3:3: Map keys must be unique; each key once; remove one of the two`,
    ]);
  });

  it("a NUL byte", () => {
    expect(lines(`${GOOD}  homeport:regions: [us\0]\n`)).toEqual([
      `${FILE}:3:24: the control character 0x00; printable text; remove it`,
    ]);
  });

  it("bytes that are not UTF-8", () => {
    expect(lines(Uint8Array.of(0x63, 0xff, 0x3a))).toEqual([
      `${FILE}:1:1: not UTF-8; text in UTF-8; save the file as UTF-8`,
    ]);
  });

  it("a direction mark, which shows text in another order than it is read", () => {
    expect(lines("config:\n  homeport:regions: [\u202eus]\n")).toEqual([
      `${FILE}:2:22: the control character 0x202e; printable text; remove it`,
    ]);
  });

  it("a file of 10 MB, before it is parsed", () => {
    const start = performance.now();
    expect(lines(new Uint8Array(10 * 1024 * 1024).fill(0x61))).toEqual([
      `${FILE}:1:1: 10.0 MiB; at most 1 MiB; such a file is a few KiB; this is something else`,
    ]);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("an anchor bomb, without expanding it", () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    const start = performance.now();
    expect(lines(`l0: &a0 [x]\n${levels.join("\n")}\n`).slice(0, 2)).toEqual([
      `${FILE}:1:9: the anchor &a0; plain maps, lists and values; remove it`,
      `${FILE}:2:9: the anchor &a1; plain maps, lists and values; remove it`,
    ]);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("an alias, even a harmless one", () => {
    expect(lines("config:\n  homeport:regions: &r [local]\n  homeport:pools: *r\n")).toContain(
      `${FILE}:3:19: the alias *r; plain maps, lists and values; write the value out`,
    );
  });

  it("a second document", () => {
    expect(lines(`${GOOD}---\n${GOOD}`)).toEqual([
      expect.stringMatching(/^stacks\/Pulumi\.test\.yaml:3:1: .*; one document; remove the `---` line/),
    ]);
  });

  it("a tag that wants code", () => {
    expect(lines("config: !!python/object:os.system {}\n")).toEqual([
      expect.stringMatching(/^stacks\/Pulumi\.test\.yaml:1:9: Unresolved tag.*; YAML 1\.2; correct the line$/),
    ]);
  });

  const nested = {
    "open lists": () => "[".repeat(50_000),
    "closed lists": () => `config: ${"[".repeat(5000)}${"]".repeat(5000)}`,
    "block lists": () => "- ".repeat(50_000),
    maps: () => `config: ${"{a: ".repeat(3000)}1${"}".repeat(3000)}`,
    "few enough maps to be read": () => `config: ${"{a: ".repeat(40)}1${"}".repeat(40)}`,
  };
  it.each(Object.keys(nested) as (keyof typeof nested)[])("%s nested too deep, in bounded time", (kind) => {
    const start = performance.now();
    expect(lines(nested[kind]())).toEqual([
      expect.stringMatching(/^stacks\/Pulumi\.test\.yaml:1:\d+: nested too deep; at most 20 levels; flatten it$/),
    ]);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

it("suggests the key that was meant, in the file and in its config", () => {
  expect(lines("confg: {}\n")).toEqual([
    `${FILE}#confg: unknown key; known here: config, environment, secretsprovider, encryptionsalt, encryptedkey; did you mean \`config\`?`,
  ]);
  for (const key of ["models", "homeprot:models"])
    expect(lines(`config:\n  ${key}: {}\n`)).toEqual([
      `${FILE}#config.${key}: unknown key; known here: homeport:environment, homeport:regions, homeport:regionStates, homeport:network, homeport:cluster, homeport:pools, homeport:weights, homeport:models, homeport:policies, homeport:traffic, homeport:monitoring, homeport:budget; did you mean \`homeport:models\`?`,
    ]);
});

it("answers any bytes with sections or with problems, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 })), (given) => {
      const bytes = typeof given === "string" ? new TextEncoder().encode(given) : given;
      const result = parseStackFile(FILE, bytes);
      expect("problems" in result ? result.problems.length > 0 : "sections" in result).toBe(true);
    }),
    { numRuns: 300 },
  );
});

describe("an environment", () => {
  const folder = stackFolder();
  folder.write("stacks/Pulumi.prod.yaml", GOOD);
  folder.write("stacks/Pulumi.staging.yaml", GOOD);

  it("that is not there is answered with the one that was meant", () => {
    expect(problemLines(folder.root, "stagin")).toEqual([
      "--stack: 'stagin'; one of prod, staging; did you mean `staging`?",
    ]);
  });

  it("cannot be a path out of the folder", () => {
    expect(problemLines(folder.root, "../../etc/passwd")).toEqual([
      "--stack: '../../etc/passwd'; one of prod, staging; copy stacks/examples/minimal.yaml to stacks/Pulumi.<env>.yaml",
    ]);
  });

  it("of 20 MB is refused before it is read", () => {
    folder.write("stacks/Pulumi.huge.yaml", Buffer.alloc(20 * 1024 * 1024, "a"));
    expect(problemLines(folder.root, "huge")).toEqual([
      "stacks/Pulumi.huge.yaml: 20 MiB; a plain file of at most 16 MiB; put one there, or name another",
    ]);
  });
});

describe("what a parser would let pass", () => {
  it.each(["homeport:__proto__: { owner: me }", "homeport:environment: { __proto__: { owner: me } }"])(
    "refuses the key that changes objects: %s",
    (line) => {
      expect(lines(`config:\n  ${line}\n`)).toEqual([
        expect.stringMatching(/__proto__'?: a key; plain keys; remove it/),
      ]);
    },
  );

  it("refuses what would reach a terminal through an escape, and keeps lines as they are", () => {
    expect(lines('config:\n  homeport:environment: { owner: "\\e[2Jme" }\n')).toEqual([
      `${FILE}#config.'homeport:environment'.owner: '\\u{1b}[2Jme'; text without control characters; remove the escapes`,
    ]);
    expect(lines('config:\n  homeport:environment: { owner: "two\\nlines" }\n')).toEqual([]);
  });
});

describe("a JSON file that people write", () => {
  const json = (text: string) => {
    const read = parseUserJson("u.json", Buffer.from(text), "a usage file", "write one");
    return "problems" in read ? read.problems.map(formatProblem) : read.value;
  };

  it("is read as JSON.parse reads it", () => {
    const value = { a: [{ a: 1 }, { a: '"b": {' }], 'a"b': { constructor: null } };
    expect(json(JSON.stringify(value, null, 2))).toEqual(value);
  });

  it("has each key once, however it is written", () => {
    expect(json('{"a": {"b": 1},\n "b": 2, "\\u0061": 3}')).toEqual([
      "u.json:2:10: a key for the second time; each key once; remove one of the two",
    ]);
  });

  it.each([
    ["", "u.json: empty; a usage file; write one"],
    ["\ufeff{}", "u.json:1:1: a byte order mark; UTF-8 without one; save the file without it"],
    ['{"__proto__": {}}', "u.json#__proto__: a key; plain keys; remove it"],
    ['{"n": "\\u001b[2J"}', "u.json#n: '\\u{1b}[2J'; text without control characters; remove the escapes"],
    ["[".repeat(200) + "]".repeat(200), "u.json:1:101: nested too deep; at most 100 levels; flatten it"],
  ])("refuses %j", (text, problem) => {
    expect(json(text)).toEqual([problem]);
  });

  it("takes text of some megabytes without a stack for each character", () => {
    const text = JSON.stringify({ a: '\\"'.repeat(2_000_000) });
    expect(json(text)).toEqual(JSON.parse(text));
  });
});

describe("a file that is none", () => {
  const folder = mkdtempSync(join(tmpdir(), "user-file-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is refused before it is read: it would never end, or never begin", () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    symlinkSync("/dev/zero", join(folder, "zero"));
    symlinkSync(join(folder, "loop"), join(folder, "loop"));
    const why = (name: string) => {
      try {
        return userFile(join(folder, name), name);
      } catch (error) {
        return (error as InputError).problems.map(formatProblem);
      }
    };
    const rest = "a plain file of at most 16 MiB; put one there, or name another";
    expect(why("pipe")).toEqual([`pipe: a pipe or a device; ${rest}`]);
    expect(why("zero")).toEqual([`zero: a pipe or a device; ${rest}`]);
    expect(why("loop")).toEqual([`loop: a link that leads back to itself; ${rest}`]);
    expect(why(".")).toEqual([`.: a directory; ${rest}`]);
    expect(why("none")).toBeUndefined();
    writeFileSync(join(folder, "huge"), "");
    truncateSync(join(folder, "huge"), 17 * 1024 * 1024);
    expect(why("huge")).toEqual([`huge: 17 MiB; ${rest}`]);
  });
});
