import type { Place } from "../../infra/core/aws/names";
import { AWS_REGIONS } from "../../infra/core/aws/regions";
import { tunnelPort } from "../../infra/values/aws/tunnel";
import { keepTunnel, type TunnelEnds } from "../../scripts/lib/aws/tunnel";
import { StandInTools } from "../support/stand-in-tools";

/** Proves what the AWS CLI is asked for and how its end is taken; not that SSM forwards anything. */

const PLACE: Place = { environment: "prod", account: "123456789012", region: "us-east-1" };
const ENDS: TunnelEnds = { instance: "i-0a1b2c3d", host: "ABC.gr7.us-east-1.eks.amazonaws.com" };

let tools: StandInTools;
let said: string;
beforeEach(() => {
  tools = new StandInTools();
  said = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  tools.restore();
  jest.restoreAllMocks();
});

it("gives every region a port of its own, whatever its place in a stack", () => {
  expect(new Set(AWS_REGIONS.map(tunnelPort)).size).toBe(AWS_REGIONS.length);
  expect(tunnelPort("us-east-1")).toBe(16_464);
});

it("waits for a cluster that is being made, then forwards the region's port, and again when a session ends", async () => {
  const stop = new AbortController();
  tools.add("aws");
  const answers = [undefined, undefined, ENDS, ENDS];
  const look = async () => {
    if (answers.length === 1) stop.abort();
    return answers.shift();
  };
  await keepTunnel(PLACE, stop.signal, { look, everyMs: 1 });
  const call =
    'aws ssm start-session --region us-east-1 --target i-0a1b2c3d --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters {"host":["ABC.gr7.us-east-1.eks.amazonaws.com"],"portNumber":["443"],"localPortNumber":["16464"]}';
  expect(tools.calls()).toEqual([call, call]);
  expect(said.match(/not there yet; waiting/g)).toHaveLength(1);
});

it("ends its session when it is stopped", async () => {
  const stop = new AbortController();
  tools.add("aws", "exec sleep 60");
  setTimeout(() => stop.abort(), 300);
  await keepTunnel(PLACE, stop.signal, { look: async () => ENDS, everyMs: 1 });
  expect(tools.calls()).toHaveLength(1);
});

it.each([
  ["echo 'SessionManagerPlugin is not found.' >&2; exit 255", /no Session Manager plugin; install the Session Manager/],
  [undefined, /aws is not on the PATH; install the AWS CLI/],
])("says what is missing: %s", async (body, message) => {
  if (body === undefined) tools.alone();
  else tools.add("aws", body);
  const never = new AbortController().signal;
  await expect(keepTunnel(PLACE, never, { look: async () => ENDS, everyMs: 1 })).rejects.toThrow(message);
});
