/**
 * Stack prod with the options of AWS that no stack of the repository uses, so that they are judged too. Without
 * `multiNode`, which is refused until the digest of the EFA plugin is known.
 */
export const withAllOptions = (prod: string): string =>
  prod
    .replace(
      "a100: { instanceType: p4de.24xlarge, max: 2 }",
      `a100:
      instanceType: p4de.24xlarge
      max: 4
      capacity: [block, reservation, on-demand, spot]
      block: { id: cr-0a1b2c3d4e5f60718, zone: use1-az4, ends: "2027-12-24T11:30:00Z" }
      reservation: { id: cr-0a1b2c3d4e5f60719, zone: use1-az4 }
    small: { instanceType: g6e.2xlarge, manager: karpenter, capacity: [spot, on-demand], max: 4 }`,
    )
    .replace("ha: true", "ha: true\n      pool: a100")
    .replace(
      "hostname: llm.example.com,",
      "hostname: llm.example.com, exposure: public, allowedCidrs: [203.0.113.0/24], webFirewall: true, globalAccelerator: true,",
    );
