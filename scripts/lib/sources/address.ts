import { statSync } from "node:fs";
import type { Problem } from "../../../infra/core/errors";

/** A source as the user names it. */
export type Address =
  | { kind: "directory"; path: string }
  | { kind: "s3"; bucket: string; prefix: string }
  | { kind: "oci"; registry: string; name: string; reference: string }
  | { kind: "hub"; repository: string; revision: string };

const FORMS = "a directory, s3://bucket/prefix, oci://registry/name@sha256:<64 hex> or hf://org/model@revision";

/** Reads `hf://org/model@main`, `s3://bucket/prefix`, `oci://registry/name:tag` or a path; or says what is wrong with it. */
export function parseAddress(text: string): Address | Problem {
  const hub = /^hf:\/\/(\w[\w.-]*\/\w[\w.-]*)(?:@(\w[\w./-]*))?$/.exec(text);
  if (hub) return { kind: "hub", repository: hub[1]!, revision: hub[2] ?? "main" };
  const s3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+?)\/*$/.exec(text);
  if (s3) return { kind: "s3", bucket: s3[1]!, prefix: `${s3[2]}/` };
  const oci = /^oci:\/\/([\w.-]+(?::\d+)?)\/([a-z0-9._/-]+?)(?:@(sha256:[0-9a-f]{64})|:([\w][\w.-]{0,127}))?$/.exec(
    text,
  );
  if (oci) return { kind: "oci", registry: oci[1]!, name: oci[2]!, reference: oci[3] ?? oci[4] ?? "latest" };
  const path = text.replace(/^file:\/\//, "");
  if (!/^[a-z0-9]+:\/\//.test(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return { kind: "directory", path };
  return { path: "source", given: text, allowed: FORMS, fix: "check the spelling, or that the directory exists" };
}
