import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentNames } from "../../infra/config/read-stack";
import type { ReleaseFile } from "../../infra/core/release";
import { Evaluator } from "../../scripts/lib/render/evaluate-program";
import { type RenderedStack, renderStack } from "../../scripts/lib/render/render";

/** This checkout: the folder that holds `stacks/`. */
export const ROOT = join(__dirname, "../..");

const REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1"];

/**
 * The repository's stacks as they are once every bucket holds every release, in a folder in which a test may change
 * them, and one process that renders them: each after the first takes about a second.
 */
export class Stacks {
  readonly root = mkdtempSync(join(tmpdir(), "homeport-stacks-"));
  private evaluator: Evaluator | undefined;

  constructor() {
    for (const shared of ["infra", "charts", "node_modules", "package.json", "tsconfig.json"])
      symlinkSync(join(ROOT, shared), join(this.root, shared));
    cpSync(join(ROOT, "Pulumi.yaml"), join(this.root, "Pulumi.yaml"));
    cpSync(join(ROOT, "stacks"), join(this.root, "stacks"), { recursive: true });
    const cells = environmentNames(this.root).flatMap((name) => REGIONS.map((region) => `${name}/${region}`));
    for (const path of readdirSync(join(this.root, "stacks/releases"), { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".json")) continue;
      const file = join(this.root, "stacks/releases", path);
      const release = JSON.parse(readFileSync(file, "utf8")) as ReleaseFile;
      const mirrored = Object.fromEntries(cells.map((cell) => [cell, "2026-11-22"]));
      writeFileSync(file, JSON.stringify({ ...release, mirrored }));
    }
    afterAll(() => this.evaluator?.close());
  }

  /** What one file of tests has rendered the next ones read: the temporary folder is the run's own. */
  async render(environment: string, { preview = false } = {}): Promise<RenderedStack> {
    const text = readFileSync(join(this.root, "stacks", `Pulumi.${environment}.yaml`));
    const key = createHash("sha256").update(`${environment} ${preview}\n`).update(text).digest("hex").slice(0, 16);
    const file = join(tmpdir(), `rendered-${key}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as RenderedStack;
    this.evaluator ??= new Evaluator(this.root);
    const { evaluator } = this;
    const rendered = await renderStack(environment, {
      root: this.root,
      preview,
      evaluate: (request) => evaluator.evaluate(request),
    });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(rendered));
    renameSync(`${file}.${process.pid}`, file);
    return rendered;
  }

  /** A copy of a stack file with something else in it, rendered under the same name: URNs hold the name. */
  async changed(environment: string, change: (text: string) => string): Promise<RenderedStack> {
    const file = join(this.root, "stacks", `Pulumi.${environment}.yaml`);
    const text = readFileSync(file, "utf8");
    const other = change(text);
    if (other === text) throw new Error("nothing was changed");
    writeFileSync(file, other);
    try {
      return await this.render(environment);
    } finally {
      writeFileSync(file, text);
    }
  }
}
