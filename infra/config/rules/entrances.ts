import {
  endsTls,
  entranceTimes,
  LOAD_BALANCERS,
  loadBalancerKind,
  longestSilence,
} from "../../core/aws/load-balancing";
import { entrancesOf, regionalLabelOf } from "../../core/entrances";
import type { Problem } from "../../core/errors";
import type { StackConfig } from "../schema";
import { onAws, type Rule } from "./rule";

/** What a load balancer can and cannot do for streams and names. */

/** What forgets a silent connection first, without a word to either side, and the way to one that waits longer. */
function shortestMemory({ webFirewall, globalAccelerator }: StackConfig["traffic"], tls: boolean): [string, string] {
  if (globalAccelerator) return ["Global Accelerator", "lower it, or remove `globalAccelerator`"];
  if (webFirewall) return ["an application load balancer", "lower it"];
  return tls
    ? [
        "a network load balancer with TLS",
        "lower it, or end TLS in Envoy with `tlsSecret` or at `webFirewall: true` (both up to 3600 s)",
      ]
    : ["a network load balancer", "lower it"];
}

export const silenceIsShorterThanTheLoadBalancers: Rule = onAws(({ config: { traffic, regions } }) => {
  const tls = regions.some((region) => endsTls(region, traffic));
  const longest = longestSilence(loadBalancerKind(traffic), tls, traffic.globalAccelerator);
  if (traffic.streamIdleSeconds <= longest) return [];
  const [who, fix] = shortestMemory(traffic, tls);
  return [
    {
      path: "traffic.streamIdleSeconds",
      given: `${traffic.streamIdleSeconds} s`,
      allowed: `at most ${longest} s: ${who} forgets a silent connection soon after`,
      fix,
    },
  ];
});

/** An application load balancer ends what still runs when its delay is over. */
export const streamsEndBeforeTheirTarget: Rule = onAws(({ config: { traffic, models } }) => {
  if (loadBalancerKind(traffic) !== "application") return [];
  return Object.entries(models).flatMap(([name, { drain }]): Problem[] => {
    const need = entranceTimes("application", true, traffic.streamIdleSeconds, [drain]);
    const most = LOAD_BALANCERS.deregistrationDelayMax;
    if (need.drain <= most) return [];
    return [
      {
        path: `models.${name}.drain.streamSeconds`,
        given: `${drain.streamSeconds} s`,
        allowed: `at most ${most - need.leaving} s with webFirewall: a proxy leaves within ${most} s`,
        fix: "lower it, or remove `traffic.webFirewall`",
      },
    ];
  });
});

/** Behind a network load balancer that ends TLS, the accelerator hides who asks, and `allowedCidrs` would mean nothing. */
export const acceleratorShowsItsClients: Rule = onAws(({ config: { traffic } }) => {
  const path = "traffic.globalAccelerator";
  if (!traffic.globalAccelerator) return [];
  if (!traffic.webFirewall)
    return [
      {
        path,
        given: "true without `webFirewall`",
        allowed: "with application load balancers only: behind the others clients' addresses cannot be checked",
        fix: "add `webFirewall: true`, or remove it",
      },
    ];
  if (traffic.hostedZoneId === undefined)
    return [
      {
        path: "traffic.hostedZoneId",
        given: "missing",
        allowed: "required with globalAccelerator, whose addresses clients learn by name",
        fix: "add `hostname` and `hostedZoneId`, or remove `globalAccelerator`",
      },
    ];
  if (traffic.regionShares === undefined) return [];
  return [
    {
      path: "traffic.regionShares",
      given: "with globalAccelerator",
      allowed: "nothing: an accelerator sends each client to the nearest region",
      fix: "remove one of the two",
    },
  ];
});

/** A certificate is for a name, so without one no client could trust it. */
export const certificatesHaveAName: Rule = onAws(({ config: { traffic } }) =>
  traffic.hostname === undefined && (Object.keys(traffic.certificates).length > 0 || traffic.tlsSecret !== undefined)
    ? [
        {
          path: "traffic.hostname",
          given: "missing",
          allowed: `required with ${traffic.tlsSecret === undefined ? "certificates" : "tlsSecret"}, which must be for *.<hostname>`,
          fix: "add `hostname: llm.example.com`",
        },
      ]
    : [],
);

/** `chat-internal` is a model's name and the name of a model for a class; `chat-us-east-1` of a model in a region. */
export const entrancesHaveNamesOfTheirOwn: Rule = onAws(({ config }) => {
  const seen = new Map<string, string>();
  return entrancesOf(config).flatMap((entrance): Problem[] => {
    const regional = config.regions.map((region) => regionalLabelOf(entrance, region));
    const taken = [...new Set([entrance.key, entrance.label, ...regional])].filter((name) => {
      const owner = seen.get(name);
      seen.set(name, owner ?? entrance.model);
      return owner !== undefined && owner !== entrance.model;
    });
    return taken.slice(0, 1).map((name) => ({
      path: `models.${entrance.model}`,
      given: `its address would be '${name}'`,
      allowed: `a name of its own; '${name}' is an address of ${seen.get(name)}`,
      fix: "rename one of the models",
    }));
  });
});
