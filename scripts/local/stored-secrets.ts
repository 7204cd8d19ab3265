import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { printPath } from "../../infra/config/paths";
import type { StackConfig } from "../../infra/config/schema";
import { InputError } from "../../infra/core/errors";
import { CREDENTIALS_SECRET } from "../../infra/values/node-cache";
import { registerSecret } from "../lib/redact";
import { STORE_SECRET } from "./object-store";

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
    this.write();
    return value;
  }

  rename(from: string, to: string): void {
    const value = this.values[from];
    if (value === undefined) return;
    delete this.values[from];
    this.set(to, value);
  }

  forget(isOld: (name: string) => boolean): void {
    const old = Object.keys(this.values).filter(isOld);
    for (const name of old) delete this.values[name];
    if (old.length > 0) this.write();
  }

  private write(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const part = `${this.file}.part`;
    writeFileSync(part, JSON.stringify(this.values, null, 2), { mode: 0o600 });
    chmodSync(part, 0o600);
    renameSync(part, this.file);
  }
}

/** The bucket's user name is no secret, but stands in a Secret beside its key. */
const ACCESS_KEY = `${CREDENTIALS_SECRET}.accessKeyId`;
/** The end of a made key's name: the policy's rotation, so that a raised one has no key yet. */
const ROTATION = /@\d+$/;

/**
 * What a stack's Secrets hold, by the path that a render shows (see `StageOptions.secret`). Values that the stack sets
 * encrypted only its owner can give, in `file`: throws InputError with every one that is not there. Client keys that it
 * does not set are made and kept there; those of an earlier rotation or a former client are forgotten.
 */
export function stackSecrets(
  { policies, weights }: Pick<StackConfig, "policies" | "weights">,
  file: string,
): (path: string) => string {
  const store = new StoredSecrets(file);
  const given = new Set(weights.secretAccessKey === undefined ? [] : [STORE_SECRET]);
  /** Path of a made key -> its name in the file. */
  const made = new Map<string, string>();
  for (const [policy, { clients, rotation }] of Object.entries(policies)) {
    for (const [client, { key }] of Object.entries(clients)) {
      const path = printPath(["policies", policy, "clients", client, "key"]);
      if (key === undefined) made.set(path, `${path}@${rotation}`);
      else given.add(path);
    }
  }
  refuseMissing(
    [...given].filter((path) => !store.has(path)),
    file,
  );
  keepOnly(store, made);
  return (path) => {
    if (path === ACCESS_KEY && weights.accessKeyId !== undefined) return weights.accessKeyId;
    const name = given.has(path) ? path : made.get(path);
    // Inventing a value would only move the failure to whoever uses it.
    if (name === undefined) throw new Error(`${path}: a secret that the stack does not have`);
    return store.value(name);
  };
}

function refuseMissing(missing: readonly string[], file: string): void {
  const problems = missing.map((path) => ({
    path,
    given: "missing",
    allowed: "its value, which only the stack's owner has",
    fix: `write {"${path}": "..."} into ${file} (mode 0600)`,
  }));
  if (problems.length > 0) throw new InputError(problems);
}

function keepOnly(store: StoredSecrets, made: ReadonlyMap<string, string>): void {
  // Older files have keys by path alone; without a rotation yet, that key is still the right one.
  for (const [path, name] of made) if (name === `${path}@1` && !store.has(name)) store.rename(path, name);
  const current = new Set(made.values());
  store.forget((name) => made.has(name) || (ROTATION.test(name) && !current.has(name)));
}
