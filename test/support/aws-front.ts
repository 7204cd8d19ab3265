import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A loopback server in front of moto: answers what moto does not know, and fails as AWS does; all else goes on to moto. */

export interface Call {
  /** As in the signature: `ec2`, `servicequotas`. */
  service: string;
  region: string;
  /** `DescribeImages`; for REST services the path. */
  action: string;
  body: string;
}

interface Reply {
  status: number;
  type: string;
  body: string;
}

type Answers = (call: Call) => Reply | undefined;

export interface Front {
  endpoint: string;
  /** Every call so far, `ec2 DescribeImages`. */
  calls: string[];
  answerWith(answers: Answers): void;
  stop(): Promise<void>;
}

export async function startFront(target: string): Promise<Front> {
  let answers: Answers = () => undefined;
  const calls: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch((error) => outgoing.destroy(error));
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const call = callOf(incoming, body.toString());
    calls.push(`${call.service} ${call.action}`);
    const reply = answers(call);
    if (reply === undefined) return pass(incoming, body, outgoing);
    outgoing.writeHead(reply.status, { "content-type": reply.type, "x-amzn-requestid": "test" });
    outgoing.end(reply.body);
  }

  async function pass({ method, url, headers }: IncomingMessage, body: Buffer, outgoing: ServerResponse) {
    const onward = request(target + url, { method, headers });
    onward.end(body);
    const [response] = (await once(onward, "response")) as [IncomingMessage];
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answerWith = (next: Answers) => {
    answers = next;
  };
  return { endpoint, calls, answerWith, stop: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

function callOf({ headers, url = "" }: IncomingMessage, body: string): Call {
  const [, region = "", service = ""] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  const target = `${headers["x-amz-target"] ?? ""}`.split(".").at(-1);
  return {
    service,
    region,
    action: target || (/(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? url.split("?")[0] ?? ""),
    body,
  };
}

export const json = (body: unknown, status = 200): Reply => ({
  status,
  type: "application/x-amz-json-1.1",
  body: JSON.stringify(body),
});

export const xml = (body: string, status = 200): Reply => ({ status, type: "text/xml", body });

/** A refusal in the words of the call's own protocol. */
export function refusal({ service }: Call, code: string, status = 400, message = `${code} by the test`): Reply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  if (service === "ec2")
    return xml(`<Response><Errors>${error}</Errors><RequestID>test</RequestID></Response>`, status);
  if (["sts", "route53"].includes(service))
    return xml(`<ErrorResponse>${error}<RequestId>test</RequestId></ErrorResponse>`, status);
  if (service === "s3") return xml(error, status);
  return json({ __type: code, message }, status);
}
