import type { Architecture } from "../release";

/** Attention heads are dealt out evenly; key-value heads too, or every GPU keeps a copy of one. MLA has none to deal. */
export function headsAllow({ attentionHeads, keyValueHeads, cache }: Architecture, gpus: number): boolean {
  const shared = (heads: number) => heads % gpus === 0 || gpus % heads === 0;
  return (
    attentionHeads % gpus === 0 &&
    (cache ?? [{ kind: "full" as const, keyValueHeads }]).every((group) =>
      group.kind === "latent" || group.kind === "index"
        ? true
        : group.kind === "state"
          ? group.heads % gpus === 0
          : shared(group.keyValueHeads),
    )
  );
}
