import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { Pointers } from "../../infra/core/pointers";
import { replaceFile } from "../../scripts/lib/replace-file";
import { withPointers, withRelease } from "../../scripts/lib/stack-editor";

const FILE = "stacks/Pulumi.test.yaml";
const id = (c: string): string => `sha256:${c.repeat(64)}`;
const STACK = `# yaml-language-server: $schema=stack.schema.json
# Our only stack.
config:
  homeport:environment: { platform: kubernetes,   owner: ml }   # two spaces too many, on purpose
  homeport:weights:
    accessKeyId: { secure: v1:abc/def= }
  homeport:models:
    chat:   # the product's model
      live: r42  # since May

      previous: [r41]   # good old one
      generation: 7
      releases:
        r41: sha256:${"9".repeat(64)}   # org/model@3c1d, vLLM 0.32, a100x4
        # the one with the new template
        r42: sha256:${"b".repeat(64)}   # org/model@77ae, vLLM 0.33, a100x4
    # small talk
    tiny: { live: a, releases: { a: sha256:${"1".repeat(64)} } }
  homeport:policies:
    app: { models: [chat], class: internal }
`;
const after: Pointers = {
  live: "r41",
  previous: [],
  withdrawn: { r42: "wrong: 'language', # not ours" },
  generation: 8,
};
const models = (text: string): Record<string, Record<string, unknown>> => parse(text).config["homeport:models"];

describe("editing pointers", () => {
  it("changes the lines of the pointers and no byte of any other line", () => {
    const text = withPointers(STACK, "chat", after, FILE);
    const changed = text.split("\n").filter((line) => !STACK.split("\n").includes(line));
    expect(changed).toEqual([
      "      live: r41  # since May",
      "      previous: []   # good old one",
      "      withdrawn:",
      `        r42: "wrong: 'language', # not ours"`,
      "      generation: 8",
    ]);
    expect(models(text).chat).toMatchObject({ live: "r41", previous: [], withdrawn: after.withdrawn, generation: 8 });
  });

  it("changes nothing when the pointers are there already", () => {
    const text = withPointers(STACK, "chat", after, FILE);
    expect(withPointers(text, "chat", after, FILE)).toBe(text);
  });

  it("takes the last withdrawn release back without touching any other line", () => {
    const once = withPointers(STACK, "chat", after, FILE);
    const back = withPointers(once, "chat", { ...after, withdrawn: {}, generation: 9 }, FILE);
    expect(models(back).chat?.withdrawn).toBeUndefined();
    const lost = once.split("\n").filter((line) => !back.split("\n").includes(line));
    expect(lost).toEqual([
      "      withdrawn:",
      expect.stringContaining("        r42:"),
      expect.stringContaining("generation: 8"),
    ]);
  });

  it("adds a second withdrawn release as one line and removes a candidate with its line", () => {
    const once = withPointers(STACK, "chat", { ...after, candidate: { release: "r43", step: "staged" } }, FILE);
    expect(once).toContain("\n      candidate: { release: r43, step: staged }\n");
    const twice = withPointers(once, "chat", { ...after, withdrawn: { ...after.withdrawn, r43: "slow" } }, FILE);
    expect(twice).not.toContain("candidate");
    expect(twice.split("\n")).toHaveLength(once.split("\n").length);
    expect(twice).toContain("\n        r43: slow\n");
  });

  it("writes a model that is one flow line", () => {
    const text = withPointers(STACK, "tiny", { live: "b", previous: ["a"], withdrawn: {}, generation: 2 }, FILE);
    expect(models(text).tiny).toMatchObject({ live: "b", previous: ["a"], generation: 2 });
    expect(text).toContain("# two spaces too many, on purpose");
  });

  it("keeps Windows line ends", () => {
    const text = withPointers(STACK.replaceAll("\n", "\r\n"), "chat", after, FILE);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(text.replaceAll("\r\n", "\n")).toBe(withPointers(STACK, "chat", after, FILE));
  });

  it("says line and column of broken YAML", () => {
    expect(() => withPointers("config:\n  a: [1\n  b: 2\n", "chat", after, FILE)).toThrow(
      /Pulumi\.test\.yaml:\d+:\d+: valid YAML/,
    );
  });

  it("refuses an anchor that something else uses, and says what to set by hand", () => {
    const text =
      "config:\n  homeport:models:\n    chat:\n      live: &l r42\n      previous: []\n      releases: {}\n  other: *l\n";
    expect(() => withPointers(text, "chat", { ...after, withdrawn: {} }, FILE)).toThrow(
      /cannot be edited safely at homeport:models.chat.live.*by hand to "r41"/,
    );
  });

  const name = fc.constantFrom("r1", "r2", "r3", "r4");
  const pointers: fc.Arbitrary<Pointers> = fc.record(
    {
      live: name,
      previous: fc.uniqueArray(name),
      candidate: fc.record({ release: name, step: fc.constant("staged" as const) }, { noNullPrototype: true }),
      withdrawn: fc.dictionary(name, fc.string({ minLength: 1 }), { maxKeys: 3, noNullPrototype: true }),
      generation: fc.nat(99),
    },
    { requiredKeys: ["live", "previous", "withdrawn", "generation"] },
  );
  const styles = {
    previous: [
      () => "",
      (p: Pointers) => `      previous: [${p.previous}]   # c-prev\n`,
      (p: Pointers) =>
        p.previous.length === 0
          ? ""
          : `      previous:\n${p.previous.map((n) => `        - ${n} # c-${n}\n`).join("")}`,
    ],
    withdrawn: [
      () => "",
      () => "      withdrawn: {}  # c-with\n",
      (p: Pointers) =>
        Object.keys(p.withdrawn).length === 0
          ? ""
          : `      withdrawn:\n${Object.entries(p.withdrawn)
              .map(([n, r]) => `        ${n}: ${JSON.stringify(r)}\n`)
              .join("")}`,
    ],
  };
  const stack = fc
    .record({
      p: pointers,
      prev: fc.nat(2),
      with: fc.nat(2),
      crlf: fc.boolean(),
      gap: fc.constantFrom("", "\n", "      # c-gap\n"),
    })
    .map(({ p, prev, with: w, crlf, gap }) => {
      const text = `# c-top\nconfig:\n  homeport:models:\n    # c-model\n    chat:\n      live: ${p.live} # c-live\n${gap}${styles.previous[prev]!(p)}${styles.withdrawn[w]!(p)}${gap}      replicas: 2 # c-replicas\n      releases: # c-releases\n        r1: ${id("1")} # c-r1\n  homeport:traffic: { port: 81 } # c-port\n`;
      return crlf ? text.replaceAll("\n", "\r\n") : text;
    });
  const kept = ["c-top", "c-model", "c-live", "c-replicas", "c-releases", "c-port"];

  it("keeps every comment and every other key, whatever the pointers and the style", () => {
    fc.assert(
      fc.property(stack, pointers, pointers, (text, first, second) => {
        const once = withPointers(text, "chat", first, FILE);
        const out = withPointers(once, "chat", second, FILE);
        const { live, previous, candidate, withdrawn, generation, ...others } = models(out).chat!;
        expect({ live, previous: previous ?? [], withdrawn: withdrawn ?? {}, generation }).toEqual({
          live: second.live,
          previous: second.previous,
          withdrawn: second.withdrawn,
          generation: second.generation,
        });
        expect(candidate).toEqual(second.candidate);
        expect(others).toEqual({ replicas: 2, releases: { r1: id("1") } });
        expect(parse(out).config["homeport:traffic"]).toEqual({ port: 81 });
        for (const comment of kept) expect(out).toContain(`# ${comment}`);
        expect(out.includes("\r\n")).toBe(text.includes("\r\n"));
      }),
      { numRuns: 40 },
    );
  });
});

describe("editing pins", () => {
  it("adds one line with its comment and leaves the pointers alone", () => {
    const text = withRelease(STACK, "chat", "r43", id("c"), "org/model@abcd, vLLM 0.33, a100x4", FILE);
    const changed = text.split("\n").filter((line) => !STACK.split("\n").includes(line));
    expect(changed).toEqual([`        r43: ${id("c")}   # org/model@abcd, vLLM 0.33, a100x4`]);
  });

  it("splices into maps in braces, empty ones and lists with an item a line: every other byte stays", () => {
    const text = `config:
  homeport:regions: [us-east-1,us-west-2]  # no spaces, on purpose
  homeport:models:
    tiny: {live: a, releases: {a: ${id("1")}}}
    wide: { live: a, releases: { a: ${id("1")} } } # said
    chat:
      live: r1
      previous:
        - r2   # was good
        - r1
      releases: {}
`;
    const one = withRelease(text, "tiny", "b", id("2"), "org/model", FILE);
    expect(one).toBe(text.replace(`{a: ${id("1")}}}`, `{a: ${id("1")}, b: ${id("2")}}}   # org/model`));
    expect(withRelease(text, "wide", "b", id("2"), "org/model", FILE)).toBe(
      text.replace(`{ a: ${id("1")} }`, `{ a: ${id("1")}, b: ${id("2")} }`),
    );
    expect(withRelease(text, "chat", "r1", id("2"), "org/model", FILE)).toBe(
      text.replace("releases: {}", `releases:\n        r1: ${id("2")}   # org/model`),
    );
    const pointers: Pointers = { live: "r1", previous: ["r3", "r2"], withdrawn: {}, generation: 2 };
    expect(withPointers(text, "chat", pointers, FILE)).toBe(
      text.replace(
        "        - r2   # was good\n        - r1\n",
        "        - r3\n        - r2   # was good\n      generation: 2\n",
      ),
    );
  });

  it.each(["config: {}\n", "config:\n  homeport:environment: { platform: kubernetes, owner: ml } # us\n", STACK])(
    "makes a model's first release live",
    (text) => {
      const out = withRelease(text, "new", "r1", id("d"), "dir://x, vLLM 0.32, cpu", FILE);
      expect(models(out).new).toEqual({ live: "r1", releases: { r1: id("d") } });
      expect(out).toContain("# dir://x, vLLM 0.32, cpu");
      for (const line of text.split("\n").slice(1)) expect(out).toContain(line);
    },
  );
});

describe("replacing a file", () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), "homeport-"));

  it("refuses when the file was changed meanwhile, leaves it and no temporary file", () => {
    const at = folder();
    const path = join(at, "a.yaml");
    writeFileSync(path, "theirs");
    expect(() => replaceFile(path, "read before", "ours")).toThrow("changed by someone else");
    expect(readFileSync(path, "utf8")).toBe("theirs");
    expect(readdirSync(at)).toEqual(["a.yaml"]);
    expect(() => replaceFile(path, undefined, "ours")).toThrow("changed by someone else");
  });

  it("makes its folder, and says in a sentence why it cannot", () => {
    const at = folder();
    replaceFile(join(at, "new", "a.yaml"), undefined, "ours");
    expect(readFileSync(join(at, "new", "a.yaml"), "utf8")).toBe("ours");
    expect(() => replaceFile(join(at, "new", "a.yaml", "b"), undefined, "x")).toThrow(
      /b cannot be written: a file stands where its folder would be; nothing was changed/,
    );
    const through = join(at, `.c.${process.pid}.tmp`);
    symlinkSync("new/a.yaml", through);
    expect(() => replaceFile(join(at, "c"), undefined, "x")).toThrow("cannot be written");
    expect(readFileSync(join(at, "new", "a.yaml"), "utf8")).toBe("ours");
  });

  it("keeps mode and symbolic link", () => {
    const at = folder();
    writeFileSync(join(at, "real"), "1");
    chmodSync(join(at, "real"), 0o600);
    symlinkSync("real", join(at, "link"));
    replaceFile(join(at, "link"), "1", "2");
    expect(readFileSync(join(at, "real"), "utf8")).toBe("2");
    expect(statSync(join(at, "real")).mode & 0o777).toBe(0o600);
  });
});
