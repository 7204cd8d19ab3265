import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readStack } from "../../infra/config/read-stack";
import type { Place } from "../../infra/core/aws/names";
import { AWS_REGIONS } from "../../infra/core/aws/regions";
import { tunnelPort } from "../../infra/values/aws/cluster/tunnel";
import { writeKubeconfig } from "../../scripts/lib/aws/kubeconfig-file";
import { keepTunnel, type TunnelEnds } from "../../scripts/lib/aws/tunnel";
import { fixtureRoot } from "../support/fixture-root";
import { standIns } from "../support/stand-in-tools";

/** Ways to the clusters. Proves what the AWS CLI is asked for and how its end is taken; not that SSM forwards anything. */

const PLACE: Place = { environment: "prod", account: "123456789012", region: "us-east-1" };
const ENDS: TunnelEnds = { instance: "i-0a1b2c3d", host: "ABC.gr7.us-east-1.eks.amazonaws.com" };

const now = standIns();

it("gives every region a port of its own, whatever its place in a stack", () => {
  expect(new Set(AWS_REGIONS.map(tunnelPort)).size).toBe(AWS_REGIONS.length);
  expect(tunnelPort("us-east-1")).toBe(16_464);
});

it("waits for a cluster that is being made, then forwards the region's port, and again when a session ends", async () => {
  const stop = new AbortController();
  now.tools.add("aws");
  const answers = [undefined, undefined, ENDS, ENDS];
  const look = async () => {
    if (answers.length === 1) stop.abort();
    return answers.shift();
  };
  await keepTunnel(PLACE, stop.signal, { look, everyMs: 1 });
  const call =
    'aws ssm start-session --region us-east-1 --target i-0a1b2c3d --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters {"host":["ABC.gr7.us-east-1.eks.amazonaws.com"],"portNumber":["443"],"localPortNumber":["16464"]}';
  expect(now.tools.calls()).toEqual([call, call]);
  expect(now.said.match(/not there yet; waiting/g)).toHaveLength(1);
});

it("ends its session when it is stopped", async () => {
  const stop = new AbortController();
  now.tools.add("aws", "exec sleep 60");
  setTimeout(() => stop.abort(), 300);
  await keepTunnel(PLACE, stop.signal, { look: async () => ENDS, everyMs: 1 });
  expect(now.tools.calls()).toHaveLength(1);
});

it.each([
  ["echo 'SessionManagerPlugin is not found.' >&2; exit 255", /no Session Manager plugin; install the Session Manager/],
  [undefined, /aws is not on the PATH; install the AWS CLI/],
])("says what is missing: %s", async (body, message) => {
  if (body === undefined) now.tools.alone();
  else now.tools.add("aws", body);
  const never = new AbortController().signal;
  await expect(keepTunnel(PLACE, never, { look: async () => ENDS, everyMs: 1 })).rejects.toThrow(message);
});

describe("a kubeconfig", () => {
  const stack = (states: string) =>
    readStack(
      fixtureRoot({
        stack: `config:
  homeport:environment: { platform: aws, owner: ml-platform, account: "${PLACE.account}" }
  homeport:regions: [us-east-1, us-west-2]
  homeport:regionStates: { ${states} }
  homeport:cluster: { access: { cidrs: [203.0.113.0/24] }, admins: [arn:aws:iam::${PLACE.account}:role/deploy] }
  homeport:pools: { a100: { instanceType: p4de.24xlarge, max: 2 } }
  homeport:models: { chat: { live: r1, releases: { r1: <id:1> } } }
  homeport:policies: { app: { models: [chat], class: internal } }
`,
        releases: { chat: { r1: "1" } },
      }),
      "fixture",
    );

  it("is written without a lost region's word, and keeps what it said of it", async () => {
    const asked: string[] = [];
    const eks = createServer(({ headers }, answer) => {
      const region = /\/(us-[a-z]+-\d)\/eks\//.exec(headers.authorization ?? "")?.[1] ?? "";
      asked.push(region);
      const cluster = { endpoint: `https://${region}.example.com`, certificateAuthority: { data: "Q0E=" } };
      answer.setHeader("content-type", "application/json").end(JSON.stringify({ cluster }));
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => eks.once("listening", listening));
    const env = process.env;
    const address = `http://127.0.0.1:${(eks.address() as AddressInfo).port}`;
    process.env = { ...env, AWS_ENDPOINT_URL_EKS: address, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    const file = join(mkdtempSync(join(tmpdir(), "homeport-kubeconfig-")), "kubeconfig");
    try {
      expect(await writeKubeconfig(stack(""), file)).toEqual(["us-east-1", "us-west-2"]);
      const before = parse(readFileSync(file, "utf8"));
      asked.length = 0;
      expect(await writeKubeconfig(stack("us-west-2: lost"), file)).toEqual(["us-east-1", "us-west-2"]);
      expect(asked).toEqual(["us-east-1"]);
      expect(parse(readFileSync(file, "utf8"))).toEqual(before);
      rmSync(file);
      expect(await writeKubeconfig(stack("us-west-2: lost"), file)).toEqual(["us-east-1"]);
    } finally {
      process.env = env;
      eks.close();
    }
  });
});
