import { isMap, isNode, isScalar, parseDocument, stringify } from "yaml";
import type { DecisionRecord } from "../../../infra/core/decision/record";

const NOTE = "# Written by `homeport decide`: do not edit below.";

/** The file's text with this record in place of an older one; every other line, comments too, keeps its bytes. */
export function withRecord(text: string, record: DecisionRecord): string {
  const written = stringify({ record }, { lineWidth: 0 });
  const { contents } = parseDocument(text);
  const pair = isMap(contents) ? contents.items.find(({ key }) => isScalar(key) && key.value === "record") : undefined;
  if (pair === undefined) return `${text.trimEnd()}\n\n${NOTE}\n${written}`;
  const start = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? text.length;
  const end = (isNode(pair.value) ? pair.value.range?.[1] : undefined) ?? text.length;
  return text.slice(0, start) + written + text.slice(end).replace(/^\n/, "");
}
