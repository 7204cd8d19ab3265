import type { Problem } from "../../core/errors";
import { foreignRegions, onAws, type Rule } from "./rule";

/** Region and account of an ACM certificate's ARN. */
export const certificatePlace = (arn: string): { region: string; account: string } => {
  const [, , , region = "", account = ""] = arn.split(":");
  return { region, account };
};

/** A load balancer takes certificates of its own region and account only. */
export const certificatesAreOfTheirRegion: Rule = onAws((stack) => {
  const { traffic, environment } = stack.config;
  const wrong = Object.entries(traffic.certificates).flatMap(([region, arn]): Problem[] => {
    const place = certificatePlace(arn);
    const path = `traffic.certificates.${region}`;
    const fix = "request or import it there";
    if (place.region !== region)
      return [{ path, given: `a certificate of ${place.region}`, allowed: `one of ${region}`, fix }];
    if (environment.account !== undefined && place.account !== environment.account)
      return [
        { path, given: `a certificate of account ${place.account}`, allowed: `one of ${environment.account}`, fix },
      ];
    return [];
  });
  return [...foreignRegions("traffic.certificates", traffic.certificates, stack), ...wrong];
});

/** Some load balancers with TLS and some without is never what was meant. */
export const certificatesCoverEveryRegion: Rule = onAws(({ config: { traffic, regions } }) => {
  const without = regions.filter((region) => !Object.hasOwn(traffic.certificates, region));
  const some = without.length > 0 && without.length < regions.length;
  return some && traffic.hostedZoneId === undefined
    ? [
        {
          path: "traffic.certificates",
          given: `none for ${without.join(", ")}`,
          allowed: "one for each region, or none",
          fix: "add the missing ones, or `hostedZoneId`, and they are made",
        },
      ]
    : [];
});

/** A zone holds names below the environment's host name; without one there is nothing to write into it. */
export const zoneHasAHostname: Rule = onAws(({ config: { traffic } }) =>
  traffic.hostedZoneId !== undefined && traffic.hostname === undefined
    ? [
        {
          path: "traffic.hostname",
          given: "missing",
          allowed: "required with hostedZoneId: models are reached at <model>.<hostname>",
          fix: "add `hostname: llm.example.com`, a name inside the zone",
        },
      ]
    : [],
);

/** TLS has one end: in the load balancers or in Envoy. */
export const tlsEndsOnce: Rule = onAws(({ config: { traffic } }) => {
  if (traffic.tlsSecret === undefined) return [];
  const path = "traffic.tlsSecret";
  const given = Object.keys(traffic.certificates);
  return [
    ...(given.length > 0
      ? [
          {
            path,
            given: `with certificates for ${given.join(", ")}`,
            allowed: "one of the two: what passes through is not opened by the load balancers",
            fix: "remove `certificates`, or `tlsSecret`",
          },
        ]
      : []),
    ...(traffic.webFirewall
      ? [
          {
            path,
            given: "with `webFirewall: true`",
            allowed: "one of the two: an application load balancer must open what its firewall reads",
            fix: "remove `tlsSecret` and name `certificates` or `hostedZoneId`, or remove `webFirewall`",
          },
        ]
      : []),
  ];
});
