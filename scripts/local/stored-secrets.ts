import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { registerSecret } from "../lib/redact";

/** Values made once per checkout and kept in one file that only its owner can read: name → value. */
export class StoredSecrets {
  private readonly values: Record<string, string>;

  constructor(private readonly file: string) {
    this.values = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
    for (const value of Object.values(this.values)) registerSecret(value);
  }

  has = (name: string): boolean => this.values[name] !== undefined;

  /** The stored value, or a new random one of 32 hex digits. */
  value(name: string): string {
    return this.values[name] ?? this.set(name, randomBytes(16).toString("hex"));
  }

  set(name: string, value: string): string {
    if (this.values[name] === value) return value;
    registerSecret(value);
    this.values[name] = value;
    mkdirSync(dirname(this.file), { recursive: true });
    const part = `${this.file}.part`;
    writeFileSync(part, JSON.stringify(this.values, null, 2), { mode: 0o600 });
    chmodSync(part, 0o600);
    renameSync(part, this.file);
    return value;
  }
}
