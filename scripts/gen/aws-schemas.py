"""Prints what AWS publishes about the resource types that Homeport uses, as the fixture of the plan tests.

    pip install --target /tmp/aws-data botocore==1.44.5 cfn-lint==1.58.0
    PYTHONPATH=/tmp/aws-data python3 scripts/gen/aws-schemas.py >test/support/aws/schemas.generated.json

Two sources, because neither is enough: CloudFormation's schemas (in cfn-lint) know which properties are create-only and
which are required; the API models (in botocore) know enums and patterns that the schemas leave out. Both are read as
JSON; nothing is asked over the network.
"""

import gzip
import json
import pathlib
import re
import sys
from datetime import date

import botocore
import cfnlint
from cfnlint.version import __version__ as cfnlint_version

# CloudFormation type -> the API operation that creates it, where the names of its fields are nearly the same.
TYPES = {
    "AWS::APS::RuleGroupsNamespace": ("amp", "CreateRuleGroupsNamespace"),
    "AWS::APS::Scraper": ("amp", "CreateScraper"),
    "AWS::APS::Workspace": ("amp", "CreateWorkspace"),
    "AWS::AutoScaling::ScheduledAction": ("autoscaling", "PutScheduledUpdateGroupAction"),
    "AWS::Budgets::Budget": ("budgets", "CreateBudget"),
    "AWS::CE::AnomalyMonitor": ("ce", "CreateAnomalyMonitor"),
    "AWS::CE::AnomalySubscription": ("ce", "CreateAnomalySubscription"),
    "AWS::CertificateManager::Certificate": ("acm", "RequestCertificate"),
    "AWS::CloudTrail::Trail": ("cloudtrail", "CreateTrail"),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "PutMetricAlarm"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", "PutDashboard"),
    "AWS::EC2::CapacityReservation": ("ec2", "CreateCapacityReservation"),
    "AWS::EC2::EIP": ("ec2", "AllocateAddress"),
    "AWS::EC2::FlowLog": ("ec2", "CreateFlowLogs"),
    "AWS::EC2::InternetGateway": ("ec2", "CreateInternetGateway"),
    "AWS::EC2::LaunchTemplate": ("ec2", "CreateLaunchTemplate"),
    "AWS::EC2::NatGateway": ("ec2", "CreateNatGateway"),
    "AWS::EC2::PlacementGroup": ("ec2", "CreatePlacementGroup"),
    "AWS::EC2::Route": ("ec2", "CreateRoute"),
    "AWS::EC2::RouteTable": ("ec2", "CreateRouteTable"),
    "AWS::EC2::SecurityGroup": ("ec2", "CreateSecurityGroup"),
    "AWS::EC2::SecurityGroupEgress": ("ec2", "AuthorizeSecurityGroupEgress"),
    "AWS::EC2::SecurityGroupIngress": ("ec2", "AuthorizeSecurityGroupIngress"),
    "AWS::EC2::Subnet": ("ec2", "CreateSubnet"),
    "AWS::EC2::SubnetRouteTableAssociation": ("ec2", "AssociateRouteTable"),
    "AWS::EC2::VPC": ("ec2", "CreateVpc"),
    "AWS::EC2::VPCEndpoint": ("ec2", "CreateVpcEndpoint"),
    "AWS::ECR::ReplicationConfiguration": ("ecr", "PutReplicationConfiguration"),
    "AWS::ECR::Repository": ("ecr", "CreateRepository"),
    "AWS::EKS::AccessEntry": ("eks", "CreateAccessEntry"),
    "AWS::EKS::Addon": ("eks", "CreateAddon"),
    "AWS::EKS::Cluster": ("eks", "CreateCluster"),
    "AWS::EKS::Nodegroup": ("eks", "CreateNodegroup"),
    "AWS::EKS::PodIdentityAssociation": ("eks", "CreatePodIdentityAssociation"),
    "AWS::ElasticLoadBalancingV2::Listener": ("elbv2", "CreateListener"),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("elbv2", "CreateRule"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elbv2", "CreateLoadBalancer"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("elbv2", "CreateTargetGroup"),
    "AWS::Events::Rule": ("events", "PutRule"),
    "AWS::GlobalAccelerator::Accelerator": ("globalaccelerator", "CreateAccelerator"),
    "AWS::GlobalAccelerator::EndpointGroup": ("globalaccelerator", "CreateEndpointGroup"),
    "AWS::GlobalAccelerator::Listener": ("globalaccelerator", "CreateListener"),
    "AWS::IAM::InstanceProfile": ("iam", "CreateInstanceProfile"),
    "AWS::IAM::ManagedPolicy": ("iam", "CreatePolicy"),
    "AWS::IAM::Role": ("iam", "CreateRole"),
    "AWS::IAM::RolePolicy": ("iam", "PutRolePolicy"),
    "AWS::KMS::Alias": ("kms", "CreateAlias"),
    "AWS::KMS::Key": ("kms", "CreateKey"),
    "AWS::Logs::LogGroup": ("logs", "CreateLogGroup"),
    "AWS::Route53::HealthCheck": ("route53", "CreateHealthCheck"),
    "AWS::Route53::HostedZone": ("route53", "CreateHostedZone"),
    "AWS::Route53::RecordSet": None,
    "AWS::S3::Bucket": ("s3", "CreateBucket"),
    "AWS::S3::BucketPolicy": ("s3", "PutBucketPolicy"),
    "AWS::SNS::Subscription": ("sns", "Subscribe"),
    "AWS::SNS::Topic": ("sns", "CreateTopic"),
    "AWS::SNS::TopicInlinePolicy": None,
    "AWS::SQS::Queue": ("sqs", "CreateQueue"),
    "AWS::SQS::QueueInlinePolicy": None,
    "AWS::Scheduler::Schedule": ("scheduler", "CreateSchedule"),
    "AWS::WAFv2::LoggingConfiguration": ("wafv2", "PutLoggingConfiguration"),
    "AWS::WAFv2::WebACL": ("wafv2", "CreateWebACL"),
    "AWS::WAFv2::WebACLAssociation": ("wafv2", "AssociateWebACL"),
}

LIMITS = ("type", "enum", "const", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "required")
ALTERNATIVES = ("oneOf", "anyOf", "allOf")


def javascript(pattern):
    """A pattern of Java or Python as JavaScript's `u` mode reads it."""
    plain = pattern.replace("\\Z", "$").replace("(?i)", "").replace("|\\-)", "|-)")
    return re.sub(r"\\([_ ])", r"\1", plain)


def pruned(node):
    """A schema without its prose; patterns as JavaScript reads them."""
    kept = {key: node[key] for key in LIMITS if key in node}
    if "pattern" in node:
        kept["pattern"] = javascript(node["pattern"])
    if "$ref" in node:
        kept["$ref"] = node["$ref"].removeprefix("#/definitions/")
    for key in ALTERNATIVES:
        parts = [part for part in map(pruned, node.get(key, [])) if part]
        if parts:
            kept[key] = parts
    if isinstance(node.get("items"), dict):
        kept["items"] = pruned(node["items"])
    if "properties" in node:
        kept["properties"] = {name: pruned(inner) for name, inner in sorted(node["properties"].items())}
    return kept


def referenced(node):
    """Names of the definitions that a schema speaks of."""
    if isinstance(node, list):
        return {name for inner in node for name in referenced(inner)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own | {name for inner in node.values() for name in referenced(inner)}


def reachable(properties, definitions):
    """The definitions that are used, for several hundred are not."""
    used, waiting = {}, referenced(properties)
    while waiting:
        name = waiting.pop()
        if name not in used and name in definitions:
            used[name] = definitions[name]
            waiting |= referenced(definitions[name])
    return dict(sorted(used.items()))


def api_model(service):
    folder = max((pathlib.Path(botocore.__file__).parent / "data" / service).glob("20*"))
    return json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))


def plain_name(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def enrich(node, definitions, shape, shapes, seen=()):
    """Adds the API's enums, patterns and limits where the schema, whose fields have nearly the same names, has none."""
    node = definitions.get(node["$ref"], node) if "$ref" in node else node
    if shape["type"] == "structure":
        members = {plain_name(name): shapes[m["shape"]] for name, m in shape.get("members", {}).items()}
        for name, inner in node.get("properties", {}).items():
            if plain_name(name) in members and (id(inner), plain_name(name)) not in seen:
                enrich(inner, definitions, members[plain_name(name)], shapes, (*seen, (id(inner), plain_name(name))))
    elif shape["type"] == "list" and "items" in node:
        enrich(node["items"], definitions, shapes[shape["member"]["shape"]], shapes, seen)
    elif shape["type"] == "string" and node.get("type") == "string" and "enum" in shape and "enum" not in node:
        node["enum"] = shape["enum"]
    elif shape["type"] in ("integer", "long") and node.get("type") in ("integer", "number"):
        for theirs, ours in (("min", "minimum"), ("max", "maximum")):
            if theirs in shape and ours not in node:
                node[ours] = shape[theirs]
    elif shape["type"] == "string" and node.get("type") == "string" and "pattern" in shape and "pattern" not in node:
        node["pattern"] = javascript(f"^(?:{shape['pattern']})$")


def pointer(path):
    return path.removeprefix("/properties/").replace("/items", "").replace("/*", "").replace("/properties", "")


def described(name, operation, folder, hashes):
    schema = json.loads((folder / "resources" / f"{hashes[name]}.json").read_text())
    definitions = {key: pruned(value) for key, value in schema.get("definitions", {}).items()}
    read_only = {pointer(path) for path in schema.get("readOnlyProperties", [])}
    root = pruned({key: schema[key] for key in ("properties", "required") if key in schema})
    root["properties"] = {key: value for key, value in root["properties"].items() if key not in read_only}
    if operation is not None:
        service, verb = operation
        model = api_model(service)
        enrich(root, definitions, model["shapes"][model["operations"][verb]["input"]["shape"]], model["shapes"])
    return {
        "required": root.get("required", []),
        "createOnly": sorted(pointer(path) for path in schema.get("createOnlyProperties", [])),
        "properties": root["properties"],
        "definitions": reachable(root["properties"], definitions),
    }


def main():
    folder = pathlib.Path(cfnlint.__file__).parent / "data/schemas"
    hashes = json.loads((folder / "providers/us-east-1.json").read_text())
    head = {
        "source": f"PyPI botocore {botocore.__version__} and cfn-lint {cfnlint_version}, "
        "by scripts/gen/aws-schemas.py (how: its first lines)",
        "schemaDate": json.loads((folder / "version.json").read_text())["schema_date"],
        "recordedOn": date.today().isoformat(),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    types = [f"    {json.dumps(t)}: {json.dumps(described(t, op, folder, hashes))}" for t, op in TYPES.items()]
    sys.stdout.write("{\n" + ",\n".join(lines) + ',\n  "types": {\n' + ",\n".join(types) + "\n  }\n}\n")


main()
