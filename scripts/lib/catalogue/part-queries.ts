import type { Part } from "../../../infra/core/aws/part-prices";

/** What the AWS Price List calls a part of us-east-1. */
export interface PartQuery {
  service: string;
  filters: Readonly<Record<string, string>>;
  /** Exact, but for the region's name before it, which some services write and others leave out. */
  usage: string;
  unit: RegExp;
  /** How many of the list's units one of ours is; 1 if left out. */
  times?: number;
}

/**
 * Service, product family and usage type: infracost/infracost at 95ba4f4 (2026-08-21), internal/resources/aws/*.go, which
 * asks a copy of the list. Units, and what else tells two products apart: elecnix/infra-cost-model at f69bab3,
 * infra_cost_model/pricing/sources/infracost.py, and the tests of realgeek/bucksawz, which ask the list itself. Where these
 * do not say it, a note does. What a wrong line here would bring is mostly caught by refresh-parts.ts.
 */
const HERE = { regionCode: "us-east-1" };
const LEAVING = { fromLocation: "US East (N. Virginia)" };
const family = (productFamily: string) => ({ ...HERE, productFamily });

const HOURS = /^(hrs|hours?)$/i;
const MONTHS = /^(Mo|Months?)$/i;
const GB = /^GB$/i;
const GB_MONTHS = /^GB-Mo(nth)?$/i;

export const PART_QUERIES: Readonly<Record<Part, PartQuery>> = {
  controlPlane: {
    service: "AmazonEKS",
    filters: family("Compute"),
    usage: "AmazonEKS-Hours:perCluster",
    unit: HOURS,
  },
  // A regional NAT gateway is another product, told apart by its operation.
  natGateway: {
    service: "AmazonEC2",
    filters: { ...family("NAT Gateway"), operation: "NatGateway" },
    usage: "NatGateway-Hours",
    unit: HOURS,
  },
  natGB: {
    service: "AmazonEC2",
    filters: { ...family("NAT Gateway"), operation: "NatGateway" },
    usage: "NatGateway-Bytes",
    unit: GB,
  },
  // The list gives addresses no product family.
  publicAddress: { service: "AmazonVPC", filters: HERE, usage: "PublicIPv4:InUseAddress", unit: HOURS },
  interfaceEndpoint: {
    service: "AmazonVPC",
    filters: { ...family("VpcEndpoint"), endpointType: "PrivateLink" },
    usage: "VpcEndpoint-Hours",
    unit: HOURS,
  },
  endpointGB: {
    service: "AmazonVPC",
    filters: { ...family("VpcEndpoint"), endpointType: "PrivateLink" },
    usage: "VpcEndpoint-Bytes",
    unit: GB,
  },
  loadBalancer: {
    service: "AWSELB",
    filters: family("Load Balancer-Network"),
    usage: "LoadBalancerUsage",
    unit: HOURS,
  },
  loadBalancerUnit: {
    service: "AWSELB",
    filters: family("Load Balancer-Network"),
    usage: "LCUUsage",
    unit: /^N?LCU-(hrs|hours?)$/i,
  },
  key: { service: "awskms", filters: family("Encryption Key"), usage: "KMS-Keys", unit: /^Keys$/i },
  keyRequests10k: {
    service: "awskms",
    filters: HERE,
    usage: "KMS-Requests",
    unit: /^Requests?$/i,
    times: 10_000,
  },
  // Of all regions. The unit: xbill9/zombiescan at e581448, src/zombiescan/pricing/refresh.py.
  healthCheck: {
    service: "AmazonRoute53",
    filters: { productFamily: "DNS Health Check" },
    usage: "Health-Check-AWS",
    unit: MONTHS,
  },
  metricAlarm: {
    service: "AmazonCloudWatch",
    filters: family("Alarm"),
    usage: "CW:AlarmMonitorUsage",
    unit: /^Alarms?$/i,
  },
  writtenLogGB: {
    service: "AmazonCloudWatch",
    filters: family("Data Payload"),
    usage: "DataProcessing-Bytes",
    unit: GB,
  },
  keptLogGB: {
    service: "AmazonCloudWatch",
    filters: family("Storage Snapshot"),
    usage: "TimedStorage-ByteHrs",
    unit: GB_MONTHS,
  },
  diskGB: {
    service: "AmazonEC2",
    filters: { ...family("Storage"), volumeApiName: "gp3" },
    usage: "EBS:VolumeUsage.gp3",
    unit: GB_MONTHS,
  },
  diskMBps: {
    service: "AmazonEC2",
    filters: { ...family("Provisioned Throughput"), volumeApiName: "gp3" },
    usage: "EBS:VolumeP-Throughput.gp3",
    unit: /^GiBps-mo$/i,
    times: 1 / 1024,
  },
  bucketGB: {
    service: "AmazonS3",
    filters: { ...family("Storage"), volumeType: "Standard" },
    usage: "TimedStorage-ByteHrs",
    unit: GB_MONTHS,
  },
  registryGB: {
    service: "AmazonECR",
    filters: family("EC2 Container Registry"),
    usage: "TimedStorage-ByteHrs",
    unit: GB_MONTHS,
  },
  // infracost says that the list lacks it; c3xdev/c3x asks for it by this usage type, the one on bills.
  accelerator: { service: "AWSGlobalAccelerator", filters: {}, usage: "Global-Accelerator-fixed-fee", unit: HOURS },
  webAcl: { service: "awswaf", filters: family("Web Application Firewall"), usage: "WebACLV2", unit: MONTHS },
  // The usage type: AWS CloudTrail User Guide, "Managing CloudTrail trail costs".
  dataEvents100k: {
    service: "AWSCloudTrail",
    filters: family("Management Tools - AWS CloudTrail Data Events Recorded"),
    usage: "DataEventsRecorded",
    unit: /^Events?$/i,
    times: 100_000,
  },
  crossZoneGB: {
    service: "AWSDataTransfer",
    filters: { ...LEAVING, transferType: "IntraRegion" },
    usage: "DataTransfer-Regional-Bytes",
    unit: GB,
  },
  otherRegionGB: {
    service: "AWSDataTransfer",
    filters: { ...LEAVING, toLocation: "US West (Oregon)", transferType: "InterRegion Outbound" },
    usage: "USW2-AWS-Out-Bytes",
    unit: GB,
  },
  internetGB: {
    service: "AWSDataTransfer",
    filters: { ...LEAVING, transferType: "AWS Outbound" },
    usage: "DataTransfer-Out-Bytes",
    unit: GB,
  },
};
