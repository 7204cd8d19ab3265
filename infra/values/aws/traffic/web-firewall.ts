import { clusterName, type Place } from "../../../core/aws/names";

/**
 * Managed rules and those of them that only count: each looks into the body for something that a prompt may well contain
 * (HTML, paths, addresses, exploits that somebody asks about), or at its size, which AWS WAF limits to 8 KB.
 * Names: docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html, read 2026-11-22; those of the
 * known bad inputs from public examples. A name that a version does not have is ignored by AWS.
 */
const RULE_GROUPS: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesCommonRuleSet: [
    "SizeRestrictions_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "CrossSiteScripting_BODY",
  ],
  AWSManagedRulesKnownBadInputsRuleSet: ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"],
};

/** Requests of one address in five minutes. High, because a company's clients share one; keys have limits of their own. */
const RATE_LIMIT = 10_000;

const visibility = (metricName: string) => ({
  metricName,
  cloudwatchMetricsEnabled: true,
  // A sample shows whole headers, and with them keys.
  sampledRequestsEnabled: false,
});

const KEY_HEADERS = ["authorization", "x-api-key"];

export const webAclArgs = (place: Place) => ({
  name: clusterName(place),
  scope: "REGIONAL",
  description: "Requests to the models: known bad senders and floods are blocked, bodies are only looked at",
  defaultAction: { allow: {} },
  rules: [
    {
      name: "rate",
      priority: 0,
      action: { block: {} },
      statement: { rateBasedStatement: { limit: RATE_LIMIT, aggregateKeyType: "IP", evaluationWindowSec: 300 } },
      visibilityConfig: visibility("rate"),
    },
    ...Object.entries(RULE_GROUPS).map(([name, onlyCounted], i) => ({
      name,
      priority: i + 1,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: "AWS",
          name,
          ruleActionOverrides: onlyCounted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        },
      },
      visibilityConfig: visibility(name),
    })),
  ],
  // What a rule found in a body is part of its log line otherwise, also where it only counted.
  dataProtectionConfig: {
    dataProtections: [
      { action: "SUBSTITUTION", field: { fieldType: "BODY" } },
      { action: "SUBSTITUTION", field: { fieldType: "SINGLE_HEADER", fieldKeys: KEY_HEADERS } },
    ],
  },
  visibilityConfig: visibility("homeport"),
});

/** AWS WAF takes only destinations whose name begins like this. */
export const firewallLogGroup = (place: Place): string => `aws-waf-logs-${clusterName(place)}`;

export const firewallLoggingArgs = {
  redactedFields: KEY_HEADERS.map((name) => ({ singleHeader: { name } })),
};
