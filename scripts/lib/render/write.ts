import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { canonicalJson, type Json } from "../../../infra/core/canonical-json";
import type { RenderedStack } from "./render";

/** File name -> text of everything that `--out` writes. */
export function renderedFiles({ plan, objects, charts }: RenderedStack): Map<string, string> {
  return new Map([
    ["plan.json", prettyJson(plan)],
    ["third-party.json", prettyJson(charts)],
    ...objects.map(({ path, object }) => [path, toYaml(object)] as const),
  ]);
}

export function writeRendered(folder: string, rendered: RenderedStack): void {
  for (const [path, text] of renderedFiles(rendered)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const prettyJson = (value: unknown): string => `${JSON.stringify(JSON.parse(canonicalJson(value as Json)), null, 2)}\n`;

/** What a reader looks for first; the rest by name. */
const FIRST = ["apiVersion", "kind", "metadata", "name", "namespace"];

const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

/** One object as YAML with keys in one order, long lines unfolded. */
export const toYaml = (object: unknown): string =>
  stringify(object, {
    lineWidth: 0,
    sortMapEntries: ({ key: a }, { key: b }) => rank(`${a}`) - rank(`${b}`) || (`${a}` < `${b}` ? -1 : 1),
  });
