import fc from "fast-check";
import {
  endsTls,
  entrancePort,
  entranceTimes,
  isEncrypted,
  LOAD_BALANCERS,
  loadBalancerKind,
  longestSilence,
} from "../../../infra/core/aws/load-balancing";

const drains = fc.array(
  fc.record({ propagationSeconds: fc.integer({ min: 1, max: 120 }), streamSeconds: fc.integer({ min: 1, max: 7200 }) }),
);
const kind = fc.constantFrom("network" as const, "application" as const);
const silence = fc.integer({ min: 5, max: 3600 });

describe("times at an entrance", () => {
  it("the right side hangs up first, and neither does while a stream is allowed to be silent", () => {
    fc.assert(
      fc.property(kind, fc.boolean(), silence, drains, (which, tls, streamIdle, given) => {
        fc.pre(streamIdle <= longestSilence(which, tls));
        const { idle, proxyIdle } = entranceTimes(which, tls, streamIdle, given);
        expect(which === "network" ? idle - proxyIdle : proxyIdle - idle).toBe(10);
        expect(Math.min(idle, proxyIdle)).toBeGreaterThanOrEqual(streamIdle);
      }),
    );
  });

  it("stay inside what AWS allows", () => {
    fc.assert(
      fc.property(kind, fc.boolean(), silence, (which, tls, streamIdle) => {
        const { idle } = entranceTimes(which, tls, streamIdle, []);
        if (which === "application") expect(idle).toBeLessThanOrEqual(LOAD_BALANCERS.application.idle.max);
        else if (tls) expect(idle).toBe(350);
        else expect(idle).toBeLessThanOrEqual(LOAD_BALANCERS.network.tcpIdle.max);
      }),
    );
  });

  it("a leaving proxy outlasts what still arrives, and then its longest stream", () => {
    fc.assert(
      fc.property(kind, fc.boolean(), drains, (which, tls, given) => {
        const { leaving, drain } = entranceTimes(which, tls, 300, given);
        expect(leaving).toBeGreaterThanOrEqual(LOAD_BALANCERS.leaving);
        for (const { propagationSeconds, streamSeconds } of given) {
          expect(leaving).toBeGreaterThanOrEqual(propagationSeconds);
          expect(drain).toBeGreaterThanOrEqual(leaving + streamSeconds);
        }
      }),
    );
  });
});

it("clients talk TLS where there is a certificate, or a zone to prove one", () => {
  const plain = { port: 80, webFirewall: false, certificates: {} };
  expect(entrancePort("us-east-1", plain)).toBe(80);
  expect(entrancePort("us-east-1", { ...plain, hostedZoneId: "Z1" })).toBe(443);
  expect(entrancePort("us-east-1", { ...plain, certificates: { "us-east-1": "arn" } })).toBe(443);
  expect(entrancePort("us-west-2", { ...plain, certificates: { "us-east-1": "arn" } })).toBe(80);
  expect(loadBalancerKind({ webFirewall: true })).toBe("application");
});

it("TLS that passes through is encrypted and not ended, also with a zone for names", () => {
  const through = { port: 443, webFirewall: false, certificates: {}, hostedZoneId: "Z1", tlsSecret: "models-tls" };
  expect([isEncrypted("us-east-1", through), endsTls("us-east-1", through)]).toEqual([true, false]);
  expect(entrancePort("us-east-1", through)).toBe(443);
});
