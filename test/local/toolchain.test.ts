import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { KUBERNETES_VERSION } from "../../scripts/local/layout";
import { folderKey, makeOnce } from "../../scripts/local/toolchain";

describe("folders that appear only when complete", () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "homeport-tools-"));
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));
  const final = () => join(scratch, "made");

  test("two callers at the same time make it once", async () => {
    const script = `echo x >>"${scratch}/runs"; sleep 0.2; echo done >"$PART/result"`;
    await Promise.all([1, 2, 3].map(() => makeOnce(final(), script, { cwd: scratch })));
    expect(readFileSync(join(scratch, "runs"), "utf8")).toBe("x\n");
    expect(readFileSync(join(final(), "result"), "utf8")).toBe("done\n");
  });

  test("a failed one leaves no folder of that name, and says the script's last words", async () => {
    const broken = makeOnce(final(), 'echo half >"$PART/result"; echo the disk is full; exit 7', { cwd: scratch });
    await expect(broken).rejects.toThrow(/ended with 7:\nthe disk is full/);
    expect(existsSync(final())).toBe(false);
  });

  test("what kill -9 left behind is swept away by the next one", async () => {
    mkdirSync(`${final()}.part-999`);
    await makeOnce(final(), 'echo done >"$PART/result"', { cwd: scratch });
    expect(readdirSync(scratch).filter((name) => name.includes("part"))).toEqual([]);
  });

  test("the key follows every byte and every name", () => {
    const folder = join(scratch, "sources");
    mkdirSync(folder);
    writeFileSync(join(folder, "go.mod"), "module a");
    const first = folderKey(folder, "x");
    expect(folderKey(folder, "x")).toBe(first);
    expect(folderKey(folder, "y")).not.toBe(first);
    writeFileSync(join(folder, "go.mod"), "module b");
    expect(folderKey(folder, "x")).not.toBe(first);
    writeFileSync(join(folder, "go.mod"), "module a");
    writeFileSync(join(folder, "go.sum"), "");
    expect(folderKey(folder, "x")).not.toBe(first);
  });
});

test("the version that the programs are stamped with is the one that is built", () => {
  const modules = resolve(__dirname, "../../scripts/local/tools/kubernetes/go.mod");
  expect(readFileSync(modules, "utf8")).toContain(`\tk8s.io/kubernetes ${KUBERNETES_VERSION}`);
});
