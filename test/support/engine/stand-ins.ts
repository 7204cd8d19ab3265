import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "./provider";

const PACKAGES = ["aws", "kubernetes", "random"] as const;
export type Package = (typeof PACKAGES)[number];

/** The version of a provider that the program was written for; the engine asks for the same. */
const versionOf = (name: Package): string =>
  (require(`@pulumi/${name}/package.json`) as { version: string }).version.replace(/^v/, "");

/** A process per provider on loopback, with one journal. */
export class StandIns {
  private readonly folder = mkdtempSync(join(tmpdir(), "homeport-providers-"));
  private readonly journalFile = join(this.folder, "journal");
  private readonly lostFile = join(this.folder, "lost");
  private readonly children: ChildProcess[] = [];
  readonly ports: Partial<Record<Package, number>> = {};

  async start(names: readonly Package[] = PACKAGES): Promise<this> {
    writeFileSync(this.journalFile, "");
    await Promise.all(
      names.map(async (name) => {
        this.ports[name] = await this.serve(name);
      }),
    );
    return this;
  }

  /** What the engine is told, so that it attaches to these instead of starting plugins. */
  get debugProviders(): string {
    return Object.entries(this.ports)
      .map(([name, port]) => `${name}:${port}`)
      .join(",");
  }

  /** Everything that was changed since the last call. */
  takeJournal(): JournalEntry[] {
    const lines = readFileSync(this.journalFile, "utf8").split("\n");
    writeFileSync(this.journalFile, "");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as JournalEntry);
  }

  /** From now on the cluster of this region does not answer; none for the empty text. */
  lose(region: string): void {
    writeFileSync(this.lostFile, region);
  }

  stop(): void {
    for (const child of this.children) child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private serve(name: Package): Promise<number> {
    const args = [
      "--require",
      "tsx/cjs",
      join(__dirname, "serve.ts"),
      versionOf(name),
      this.journalFile,
      this.lostFile,
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.children.push(child);
    return new Promise((settle, fail) => {
      child.stdout?.once("data", (chunk: Buffer) => settle(Number(chunk.toString().trim())));
      child.once("exit", (code) => fail(new Error(`the stand-in for ${name} ended with ${code}`)));
    });
  }
}
