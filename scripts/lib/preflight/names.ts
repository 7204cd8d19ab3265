import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { GetHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { controlRegion, type Place } from "../../../infra/core/aws/names";
import { entrancesOf, hostOf } from "../../../infra/core/entrances";
import { awsClient, isMissing } from "../aws/client";
import type { Asked, Check } from "./check";

/** The DNS zone and the certificates that the stack file names. */

export function hostedZoneChecks({ config, places: [first] }: Asked): Check[] {
  const { hostedZoneId: Id, hostname } = config.traffic;
  if (Id === undefined) return [];
  return [
    {
      name: "hosted zone",
      look: async () => {
        const route53 = awsClient(Route53Client, { region: controlRegion(first.region) });
        const answer = await route53.send(new GetHostedZoneCommand({ Id })).catch((error) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
        const zone = answer?.HostedZone?.Name?.replace(/\.$/, "");
        if (zone === undefined) return { found: `${Id} is not in this account`, fix: "correct traffic.hostedZoneId" };
        if (hostname === undefined || hostname === zone || hostname.endsWith(`.${zone}`))
          return { found: `${Id} is ${zone}` };
        return {
          found: `${Id} is ${zone}, and traffic.hostname is ${hostname}`,
          fix: "correct one of the two: names of one zone cannot be made in another",
        };
      },
    },
  ];
}

export function certificateChecks({ region }: Place, { config }: Asked): Check[] {
  const CertificateArn = config.traffic.certificates[region];
  if (CertificateArn === undefined) return [];
  const { hostname } = config.traffic;
  const hosts = hostname === undefined ? [] : entrancesOf(config).map((entrance) => hostOf(entrance, hostname));
  return [
    {
      name: `${region} certificate`,
      look: async () => {
        const acm = awsClient(ACMClient, { region });
        const answer = await acm.send(new DescribeCertificateCommand({ CertificateArn })).catch((error) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
        const certificate = answer?.Certificate;
        if (certificate === undefined)
          return { found: `${CertificateArn} is not there`, fix: `correct traffic.certificates.${region}` };
        if (certificate.Status !== "ISSUED")
          return {
            found: `the certificate is ${certificate.Status}, not ISSUED`,
            fix: "add the DNS records that ACM asks for, or request it again",
          };
        const names = certificate.SubjectAlternativeNames ?? [certificate.DomainName ?? ""];
        const open = hosts.filter((host) => !names.some((name) => covers(name, host)));
        if (open.length > 0)
          return {
            found: `the certificate for ${names.join(", ")} does not cover ${open.join(", ")}`,
            fix: `request one for *.${hostname}`,
          };
        const until = certificate.NotAfter?.toISOString().slice(0, 10);
        return { found: `issued for ${names.join(", ")}${until === undefined ? "" : `, until ${until}`}` };
      },
    },
  ];
}

/** A star stands for exactly one label. */
export const covers = (name: string, host: string): boolean =>
  name === host || (name.startsWith("*.") && host.split(".").slice(1).join(".") === name.slice(2));
