import { z } from "zod";
import { CidrBlock, RegionName } from "./fields";

const ZoneId = z
  .string()
  .regex(/^[a-z]{2,5}\d-az\d$/)
  .meta({ allowed: "a zone id like use1-az4; letters (us-east-1a) differ between accounts" });

const SubnetId = z
  .string()
  .regex(/^subnet-[0-9a-f]{8,17}$/)
  .meta({ allowed: "a subnet id like subnet-0a1b2c3d4e5f60718" });

const RouteTableId = z
  .string()
  .regex(/^rtb-[0-9a-f]{8,17}$/)
  .meta({ allowed: "a route table id like rtb-0a1b2c3d4e5f60718" });

const ExistingVpc = z.strictObject({
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]{8,17}$/)
    .meta({
      description: "The VPC.",
      examples: ["vpc-0a1b2c3d4e5f60718"],
      allowed: "a VPC id like vpc-0a1b2c3d4e5f60718",
    }),
  cidr: CidrBlock.meta({ description: "Its IPv4 range.", examples: ["10.64.0.0/16"] }),
  privateSubnets: z
    .record(ZoneId, SubnetId)
    .meta({ description: "Subnets for the control plane, CPU nodes and load balancers, by zone id; two or more." }),
  gpuSubnets: z
    .record(ZoneId, SubnetId)
    .meta({ description: "Subnets for GPU nodes, by zone id. Their route tables must have no way to the internet." }),
  publicSubnets: z
    .record(ZoneId, SubnetId)
    .default({})
    .meta({ description: "Subnets for a public load balancer, by zone id. Needed with `traffic.exposure: public`." }),
  routeTables: z
    .array(RouteTableId)
    .default([])
    .meta({
      description:
        "Route tables of these subnets: they get the S3 endpoint, unless `endpoints` says that they have it.",
      examples: [["rtb-0a1b2c3d4e5f60718"]],
    }),
  endpoints: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9.-]{2,40}$/)
        .meta({ allowed: "a service like ecr.api" }),
    )
    .default([])
    .meta({
      description: "Services whose endpoints the VPC has already, as in `com.amazonaws.<region>.<service>`.",
      examples: [["s3", "ecr.api", "ecr.dkr"]],
    }),
});

/** Where the cells lie (platform `aws`). */
export const Network = z
  .strictObject({
    cidrs: z
      .record(RegionName, CidrBlock)
      .default({})
      .meta({
        description:
          "IPv4 range of each region's VPC, a /16. Default: 10.64.0.0/16 and on, one fixed range per region.",
        examples: [{ "us-east-1": "10.20.0.0/16" }],
      }),
    zones: z
      .record(RegionName, z.array(ZoneId).min(2))
      .default({})
      .meta({
        description:
          "Zones to use in each region, two or more. Default: the first three that EKS can use. Add one at the end at any time: no range, subnet or node group moves.",
        examples: [{ "us-east-1": ["use1-az1", "use1-az4"] }],
      }),
    nat: z
      .enum(["none", "single", "zonal"])
      .optional()
      .meta({
        description:
          "Way out for CPU nodes; GPU nodes never have one. Default: `none` when airgapped, `single` for profile development, `zonal` (one per zone) otherwise.",
        examples: ["single"],
      }),
    existing: z
      .record(RegionName, ExistingVpc)
      .default({})
      .meta({ description: "VPCs that are there already, by region; only endpoints and security groups are added." }),
  })
  .prefault({})
  .meta({ description: "VPCs, zones and the way out (platform `aws`)." });
