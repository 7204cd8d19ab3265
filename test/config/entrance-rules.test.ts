import { releaseFile } from "../support/releases";
import { goodSections, problemLines, stackFolder, writeStack } from "../support/stack-folder";

/** What load balancers cannot do, and the exact words that say so. */

const folder = stackFolder();
const r1 = releaseFile();
const good = goodSections(r1);

const linesOf = (traffic: object, { models = {}, policies = {} } = {}): string[] => {
  const chat = (good.models as Record<string, object>).chat;
  const sections = {
    ...good,
    traffic: { ...(good.traffic as object), ...traffic },
    models: { ...(good.models as object), ...models },
    policies: { ...(good.policies as object), ...policies },
  };
  const releases = Object.fromEntries(Object.keys(sections.models).map((name) => [name, { r1 }]));
  expect(chat).toBeDefined();
  writeStack(folder, sections, releases);
  return problemLines(folder.root);
};

const ZONE = { hostname: "llm.example.com", hostedZoneId: "Z0123456789ABC" };
const PUBLIC = { ...ZONE, exposure: "public", allowedCidrs: ["203.0.113.0/24"] };

const certificates = Object.fromEntries(
  (good.regions as string[]).map((region) => [
    region,
    `arn:aws:acm:${region}:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f`,
  ]),
);

it("a stream may be silent only as long as the load balancer remembers it", () => {
  expect(linesOf({ ...ZONE, streamIdleSeconds: 341 })).toEqual([
    "traffic.streamIdleSeconds: 341 s; at most 340 s: a network load balancer with TLS forgets a silent connection soon after; lower it, or end TLS in Envoy with `tlsSecret` or at `webFirewall: true` (both up to 3600 s)",
  ]);
  expect(linesOf({ ...ZONE, streamIdleSeconds: 340 })).toEqual([]);
  expect(linesOf({ streamIdleSeconds: 3600 })).toEqual([]);
  expect(linesOf({ ...ZONE, streamIdleSeconds: 3600, tlsSecret: "models-tls" })).toEqual([]);
  expect(linesOf({ ...ZONE, streamIdleSeconds: 3600, webFirewall: true })).toEqual([]);
  expect(linesOf({ ...PUBLIC, streamIdleSeconds: 331, webFirewall: true, globalAccelerator: true })).toEqual([
    "traffic.streamIdleSeconds: 331 s; at most 330 s: Global Accelerator forgets a silent connection soon after; lower it, or remove `globalAccelerator`",
  ]);
});

it("a stream ends before an application load balancer gives its proxy up", () => {
  const chat = { ...(good.models as Record<string, object>).chat, drain: { streamSeconds: 3451 } };
  expect(linesOf({ webFirewall: true }, { models: { chat } })).toEqual([
    "models.chat.drain.streamSeconds: 3451 s; at most 3450 s with webFirewall: a proxy leaves within 3600 s; lower it, or remove `traffic.webFirewall`",
  ]);
  expect(linesOf({}, { models: { chat } })).toEqual([]);
});

it("an accelerator stands where clients' addresses can be checked, and chooses the region itself", () => {
  expect(linesOf({ ...PUBLIC, globalAccelerator: true })).toEqual([
    "traffic.globalAccelerator: true without `webFirewall`; with application load balancers only: behind the others clients' addresses cannot be checked; add `webFirewall: true`, or remove it",
  ]);
  const unzoned = { ...PUBLIC, hostedZoneId: undefined, certificates };
  expect(linesOf({ ...unzoned, globalAccelerator: true, webFirewall: true })).toEqual([
    "traffic.hostedZoneId: missing; required with globalAccelerator, whose addresses clients learn by name; add `hostname` and `hostedZoneId`, or remove `globalAccelerator`",
  ]);
  const regionShares = Object.fromEntries((good.regions as string[]).map((region, i) => [region, i === 0 ? 100 : 0]));
  expect(linesOf({ ...PUBLIC, globalAccelerator: true, webFirewall: true, regionShares })).toEqual([
    "traffic.regionShares: with globalAccelerator; nothing: an accelerator sends each client to the nearest region; remove one of the two",
  ]);
});

it("a certificate is for a name", () => {
  expect(linesOf({ certificates })).toEqual([
    "traffic.hostname: missing; required with certificates, which must be for *.<hostname>; add `hostname: llm.example.com`",
  ]);
});

it("TLS has one end, and a name", () => {
  expect(linesOf({ hostname: ZONE.hostname, tlsSecret: "models-tls", certificates })).toEqual([
    `traffic.tlsSecret: with certificates for ${(good.regions as string[]).join(", ")}; one of the two: what passes through is not opened by the load balancers; remove \`certificates\`, or \`tlsSecret\``,
  ]);
  expect(linesOf({ ...ZONE, tlsSecret: "models-tls", webFirewall: true })).toEqual([
    "traffic.tlsSecret: with `webFirewall: true`; one of the two: an application load balancer must open what its firewall reads; remove `tlsSecret` and name `certificates` or `hostedZoneId`, or remove `webFirewall`",
  ]);
  expect(linesOf({ tlsSecret: "models-tls" })).toEqual([
    "traffic.hostname: missing; required with tlsSecret, which must be for *.<hostname>; add `hostname: llm.example.com`",
  ]);
  expect(linesOf({ ...PUBLIC, hostedZoneId: undefined, tlsSecret: "models-tls" })).toEqual([]);
});

it("no model has the address of another one", () => {
  const { chat } = good.models as Record<string, object>;
  const policies = {
    ide: { models: ["chat-internal"], class: "internal" },
    app: { models: ["chat"], class: "internal" },
  };
  expect(linesOf({}, { models: { "chat-internal": chat }, policies })).toEqual([
    "models.chat-internal: its address would be 'chat-internal'; a name of its own; 'chat-internal' is an address of chat; rename one of the models",
  ]);
});
