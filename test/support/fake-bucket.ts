import { createHash } from "node:crypto";
import { type Loopback, loopback } from "./loopback";

const etag = (text: string): string => `"${createHash("md5").update(text).digest("hex")}"`;

/** One S3 bucket, path style, with the two calls that a pin makes. `objects` may be changed while it runs. */
export const fakeBucket = (bucket: string, objects: Record<string, string>): Promise<Loopback> =>
  loopback((request, response) => {
    const url = new URL(request.url ?? "/", "http://s3");
    const key = decodeURIComponent(url.pathname).slice(bucket.length + 2);
    if (url.searchParams.get("list-type") === "2") {
      const prefix = url.searchParams.get("prefix") ?? "";
      const rows = Object.entries(objects)
        .filter(([name]) => name.startsWith(prefix))
        .map(
          ([name, text]) =>
            `<Contents><Key>${name}</Key><Size>${text.length}</Size><ETag>${etag(text)}</ETag></Contents>`,
        );
      response.setHeader("content-type", "application/xml");
      return void response.end(
        `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${rows.join("")}</ListBucketResult>`,
      );
    }
    const text = objects[key];
    if (text === undefined) return void response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    const wanted = request.headers["if-match"];
    if (wanted !== undefined && wanted !== etag(text))
      return void response
        .writeHead(412, { "content-type": "application/xml" })
        .end("<Error><Code>PreconditionFailed</Code><Message>changed</Message></Error>");
    response.writeHead(200, { etag: etag(text), "content-length": text.length }).end(text);
  });
