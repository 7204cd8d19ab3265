import { parse } from "yaml";
import { licenceClassOf } from "../../../infra/core/catalogue/licences";
import type { Problem } from "../../../infra/core/errors";

/** The licence to write into the release, or, where it has terms of its own, the question that only a person can answer. */
export function licenceOf(stated: string | undefined, accepted: string | undefined): string | Problem {
  if (stated !== undefined && licenceClassOf(stated) === "open") return stated;
  if (accepted !== undefined && (stated === undefined || accepted === stated)) return accepted;
  return {
    path: "--accept-licence",
    given: accepted,
    allowed:
      stated === undefined
        ? "the source states no licence; read its terms"
        : `the source is under '${stated}', which is not known to allow serving; read its terms`,
    fix: `then repeat with --accept-licence ${stated === undefined ? "<its name>" : JSON.stringify(stated)}`,
  };
}

/** `license:` in the front matter of a model card, as the hub writes it. */
export function licenceOfCard(readme: string | undefined): string | undefined {
  const front = /^---\r?\n(.*?)\r?\n---/s.exec(readme ?? "")?.[1];
  if (front === undefined) return undefined;
  try {
    const card = parse(front, { maxAliasCount: 0 }) as { license?: unknown; license_name?: unknown } | null;
    const name = card?.license === "other" ? (card.license_name ?? card.license) : card?.license;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
