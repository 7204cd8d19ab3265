import { createHash } from "node:crypto";
import { type Loopback, loopback } from "./loopback";

export interface FakeHubModel {
  commit: string;
  /** Branch and tag names that lead to the commit. */
  refs: string[];
  licence?: string;
  files: Record<string, string>;
  /** Paths that the hub stores as LFS: it vouches for their SHA-256. */
  lfs: string[];
  /** Only this token may read it. */
  token?: string;
}

const sha = (algorithm: string, ...parts: string[]): string =>
  parts.reduce((h, p) => h.update(p), createHash(algorithm)).digest("hex");

/** The three calls of a model hub that a pin makes, answered as the real one does. */
export const fakeHub = (models: Record<string, FakeHubModel>): Promise<Loopback> =>
  loopback((request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    const info = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(url.pathname);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(url.pathname);
    const model = models[info?.[1] ?? file?.[1] ?? ""];
    const revision = decodeURIComponent(info?.[2] ?? file?.[2] ?? "");
    if (!model || (revision !== model.commit && !model.refs.includes(revision)))
      return void response.writeHead(404).end();
    if (model.token && request.headers.authorization !== `Bearer ${model.token}`)
      return void response.writeHead(401).end();
    if (file) {
      const text = model.files[decodeURIComponent(file[3]!)];
      return void (text === undefined ? response.writeHead(404).end() : response.end(text));
    }
    const siblings = Object.entries(model.files).map(([rfilename, text]) => ({
      rfilename,
      size: text.length,
      blobId: sha("sha1", `blob ${text.length}\0`, text),
      ...(model.lfs.includes(rfilename) && {
        lfs: { sha256: sha("sha256", text), size: text.length, pointerSize: 134 },
      }),
    }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id: info![1], sha: model.commit, cardData: { license: model.licence }, siblings }));
  });
