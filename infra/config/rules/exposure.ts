import { parseCidr } from "../../core/aws/cidr";
import type { Problem } from "../../core/errors";
import { onAws, type Rule } from "./rule";

/** What may be reached from outside names the addresses that may reach it. */

/** A shorter prefix is half a continent: 0.0.0.0/0, or the two /1 that some write instead. */
const WIDEST = 8;

const addresses = (path: string, cidrs: readonly string[]): Problem[] =>
  cidrs.flatMap((text, i): Problem[] => {
    const cidr = parseCidr(text);
    if (cidr !== undefined && cidr.prefix >= WIDEST) return [];
    return [
      {
        path: `${path}[${i}]`,
        given:
          cidr === undefined
            ? `${text} is no range`
            : `${text} is open to ${cidr.prefix === 0 ? "everyone" : "too many"}`,
        allowed: `IPv4 ranges of /${WIDEST} or smaller whose address is their first`,
        fix: "list the networks of your clients and offices, like 203.0.113.0/24",
      },
    ];
  });

export const publicEndpointNamesItsCallers: Rule = onAws(({ config: { cluster } }) => {
  const { via, cidrs } = cluster.access;
  const path = "cluster.access.cidrs";
  // Networks joined to the VPC, of whatever size: they are private.
  if (via === "inside") return [];
  if (via === "tunnel")
    return cidrs.length === 0
      ? []
      : [
          {
            path,
            given: `${cidrs.length} ranges`,
            allowed: "nothing: with `via: tunnel` nobody reaches the endpoint but through the tunnel",
            fix: "remove them, or write `via: public` or `via: inside`",
          },
        ];
  if (cidrs.length > 0) return addresses(path, cidrs);
  return [
    {
      path,
      given: "missing",
      allowed: "the addresses that may reach the Kubernetes API's public endpoint",
      fix: "add `cidrs: [<your network>]`, or close the endpoint with `via: tunnel`",
    },
  ];
});

export const loadBalancersNameTheirClients: Rule = onAws(({ config: { traffic } }) => {
  const path = "traffic.allowedCidrs";
  if (traffic.exposure === "public" && traffic.allowedCidrs.length === 0)
    return [
      {
        path,
        given: "missing",
        allowed: "the addresses that may reach a public load balancer",
        fix: "add `allowedCidrs: [203.0.113.0/24]`, or write `exposure: internal`",
      },
    ];
  return addresses(path, traffic.allowedCidrs);
});

/** Keys and prompts over plain HTTP would cross the internet. */
export const publicTrafficIsEncrypted: Rule = onAws(({ config: { traffic, regions } }) => {
  if (traffic.exposure !== "public" || traffic.hostedZoneId !== undefined || traffic.tlsSecret !== undefined) return [];
  const without = regions.filter((region) => !Object.hasOwn(traffic.certificates, region));
  return without.length === 0
    ? []
    : [
        {
          path: "traffic.certificates",
          given: `none for ${without.join(", ")}`,
          allowed: "a certificate for each public load balancer",
          fix: "add their ARNs, or `hostedZoneId`, and they are made; or end TLS in Envoy with `tlsSecret`",
        },
      ];
});

/** Two addresses that AWS announces to the whole internet are not internal. */
export const acceleratorIsPublic: Rule = onAws(({ config: { traffic } }) =>
  traffic.globalAccelerator && traffic.exposure === "internal"
    ? [
        {
          path: "traffic.globalAccelerator",
          given: "true with `exposure: internal`",
          allowed: "its addresses are public",
          fix: "write `exposure: public` with `allowedCidrs`, or remove it",
        },
      ]
    : [],
);
