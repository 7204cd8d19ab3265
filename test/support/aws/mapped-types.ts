/** How CloudFormation calls one of Pulumi's resource types. */
export interface MappedType {
  schema: string;
  /** Only settings of a resource that is made elsewhere: what the whole requires is not asked of it. */
  part?: true;
  /** What the schema requires and Pulumi works out itself. */
  derived?: readonly string[];
  /** Where a property stands that is not found at the top. */
  inside?: string;
  /**
   * Path in Pulumi's words -> path in CloudFormation's, from the same level. `X[]` makes items of a list, `.` stays on
   * the level, `null` is what CloudFormation has no schema for: switches of Pulumi's own, attributes as plain text.
   */
  names?: Record<string, string | null>;
}

const ofBucket = (names: Record<string, string | null>): MappedType => ({
  schema: "AWS::S3::Bucket",
  part: true,
  names: { bucket: "BucketName", expectedBucketOwner: null, ...names },
});

const securityGroupRule = (direction: "Ingress" | "Egress", other: string): MappedType => ({
  schema: `AWS::EC2::SecurityGroup${direction}`,
  names: {
    securityGroupId: "GroupId",
    cidrIpv4: "CidrIp",
    cidrIpv6: "CidrIpv6",
    prefixListId: `${other}PrefixListId`,
    referencedSecurityGroupId: `${other}SecurityGroupId`,
    tags: null,
  },
});

const ROUTE53_POLICIES = {
  failoverRoutingPolicies: ".",
  "failoverRoutingPolicies.type": "Failover",
  latencyRoutingPolicies: ".",
  weightedRoutingPolicies: ".",
  geolocationRoutingPolicies: "GeoLocation",
};

const balancerActions = (list: string): Record<string, string> => ({
  [`${list}.forward`]: "ForwardConfig",
  [`${list}.forward.targetGroups.arn`]: "TargetGroupArn",
  [`${list}.forward.stickiness`]: "TargetGroupStickinessConfig",
  [`${list}.fixedResponse`]: "FixedResponseConfig",
  [`${list}.redirect`]: "RedirectConfig",
});

/** Every AWS type that a plan may hold and that AWS publishes a schema of. */
export const MAPPED_TYPES: Readonly<Record<string, MappedType>> = {
  "aws:acm/certificate:Certificate": {
    schema: "AWS::CertificateManager::Certificate",
    names: { options: null, validationOptions: "DomainValidationOptions" },
  },
  "aws:amp/alertManagerDefinition:AlertManagerDefinition": {
    schema: "AWS::APS::Workspace",
    part: true,
    names: { definition: "AlertManagerDefinition", workspaceId: null },
  },
  "aws:amp/ruleGroupNamespace:RuleGroupNamespace": {
    schema: "AWS::APS::RuleGroupsNamespace",
    names: { workspaceId: "Workspace" },
  },
  "aws:amp/scraper:Scraper": {
    schema: "AWS::APS::Scraper",
    names: {
      "source.eks": "EksConfiguration",
      "destination.amp": "AmpConfiguration",
      scrapeConfiguration: "ScrapeConfiguration.ConfigurationBlob",
    },
  },
  "aws:amp/workspace:Workspace": { schema: "AWS::APS::Workspace" },
  "aws:amp/workspaceConfiguration:WorkspaceConfiguration": {
    schema: "AWS::APS::Workspace",
    part: true,
    names: {
      workspaceId: null,
      retentionPeriodInDays: "WorkspaceConfiguration.RetentionPeriodInDays",
      limitsPerLabelSets: "WorkspaceConfiguration.LimitsPerLabelSets",
    },
  },
  "aws:autoscaling/schedule:Schedule": {
    schema: "AWS::AutoScaling::ScheduledAction",
    names: { scheduledActionName: null },
  },
  "aws:budgets/budget:Budget": {
    schema: "AWS::Budgets::Budget",
    derived: ["SubscriptionType"],
    inside: "Budget",
    names: {
      accountId: null,
      name: "Budget.BudgetName",
      limitAmount: "Budget.BudgetLimit.Amount",
      limitUnit: "Budget.BudgetLimit.Unit",
      timePeriodStart: null,
      timePeriodEnd: null,
      costFilters: null,
      notifications: "NotificationsWithSubscribers",
      "notifications.comparisonOperator": "Notification.ComparisonOperator",
      "notifications.notificationType": "Notification.NotificationType",
      "notifications.threshold": "Notification.Threshold",
      "notifications.thresholdType": "Notification.ThresholdType",
      "notifications.subscriberEmailAddresses": "Subscribers[].Address",
      "notifications.subscriberSnsTopicArns": "Subscribers[].Address",
      tags: "ResourceTags",
    },
  },
  "aws:cloudtrail/trail:Trail": {
    schema: "AWS::CloudTrail::Trail",
    derived: ["IsLogging"],
    names: { name: "TrailName", enableLogging: "IsLogging", cloudWatchLogsGroupArn: "CloudWatchLogsLogGroupArn" },
  },
  "aws:cloudwatch/dashboard:Dashboard": { schema: "AWS::CloudWatch::Dashboard" },
  "aws:cloudwatch/eventRule:EventRule": {
    schema: "AWS::Events::Rule",
    names: { forceDestroy: null, isEnabled: null, namePrefix: null },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    schema: "AWS::Events::Rule",
    part: true,
    names: {
      rule: "Name",
      arn: "Targets[].Arn",
      targetId: "Targets[].Id",
      input: "Targets[].Input",
      roleArn: "Targets[].RoleArn",
      deadLetterConfig: "Targets[].DeadLetterConfig",
    },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    schema: "AWS::Logs::LogGroup",
    names: { name: "LogGroupName", namePrefix: null, skipDestroy: null },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    schema: "AWS::CloudWatch::Alarm",
    names: {
      name: "AlarmName",
      metricQueries: "Metrics",
      "metricQueries.metric": "MetricStat",
      "metricQueries.metric.metricName": "Metric.MetricName",
      "metricQueries.metric.namespace": "Metric.Namespace",
      "metricQueries.metric.dimensions": "Metric.Dimensions",
    },
  },
  "aws:costexplorer/anomalyMonitor:AnomalyMonitor": {
    schema: "AWS::CE::AnomalyMonitor",
    names: { name: "MonitorName", tags: "ResourceTags" },
  },
  "aws:costexplorer/anomalySubscription:AnomalySubscription": {
    schema: "AWS::CE::AnomalySubscription",
    names: { accountId: null, name: "SubscriptionName", tags: "ResourceTags", thresholdExpression: null },
  },
  "aws:ec2/capacityReservation:CapacityReservation": {
    schema: "AWS::EC2::CapacityReservation",
    names: { tags: null },
  },
  "aws:ec2/eip:Eip": { schema: "AWS::EC2::EIP" },
  "aws:ec2/flowLog:FlowLog": {
    schema: "AWS::EC2::FlowLog",
    derived: ["ResourceType"],
    names: {
      iamRoleArn: "DeliverLogsPermissionArn",
      vpcId: "ResourceId",
      subnetId: "ResourceId",
      eniId: "ResourceId",
    },
  },
  "aws:ec2/internetGateway:InternetGateway": {
    schema: "AWS::EC2::InternetGateway",
    names: { vpcId: null },
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    schema: "AWS::EC2::LaunchTemplate",
    inside: "LaunchTemplateData",
    names: {
      name: "LaunchTemplateName",
      namePrefix: null,
      description: "VersionDescription",
      updateDefaultVersion: null,
      defaultVersion: null,
      tags: null,
      tagSpecifications: "LaunchTemplateData.TagSpecifications",
      vpcSecurityGroupIds: "LaunchTemplateData.SecurityGroupIds",
      "networkInterfaces.securityGroups": "Groups",
    },
  },
  "aws:ec2/natGateway:NatGateway": { schema: "AWS::EC2::NatGateway" },
  "aws:ec2/placementGroup:PlacementGroup": { schema: "AWS::EC2::PlacementGroup", names: { name: null } },
  "aws:ec2/route:Route": { schema: "AWS::EC2::Route" },
  "aws:ec2/routeTable:RouteTable": { schema: "AWS::EC2::RouteTable" },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { schema: "AWS::EC2::SubnetRouteTableAssociation" },
  "aws:ec2/securityGroup:SecurityGroup": {
    schema: "AWS::EC2::SecurityGroup",
    names: { name: "GroupName", namePrefix: null, description: "GroupDescription", revokeRulesOnDelete: null },
  },
  "aws:ec2/subnet:Subnet": {
    schema: "AWS::EC2::Subnet",
    names: {
      enableResourceNameDnsARecordOnLaunch: "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord",
      privateDnsHostnameTypeOnLaunch: "PrivateDnsNameOptionsOnLaunch.HostnameType",
    },
  },
  "aws:ec2/vpc:Vpc": { schema: "AWS::EC2::VPC", names: { enableNetworkAddressUsageMetrics: null } },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    schema: "AWS::EC2::VPCEndpoint",
    names: { autoAccept: null, policy: "PolicyDocument" },
  },
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": {
    schema: "AWS::EC2::VPCEndpoint",
    part: true,
    names: { routeTableId: "RouteTableIds[]", vpcEndpointId: null },
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    schema: "AWS::ECR::Repository",
    part: true,
    names: { repository: "RepositoryName", policy: "LifecyclePolicy.LifecyclePolicyText" },
  },
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": { schema: "AWS::ECR::ReplicationConfiguration" },
  "aws:ecr/repository:Repository": {
    schema: "AWS::ECR::Repository",
    names: {
      name: "RepositoryName",
      forceDelete: null,
      "imageTagMutabilityExclusionFilters.filter": "ImageTagMutabilityExclusionFilterValue",
      "imageTagMutabilityExclusionFilters.filterType": "ImageTagMutabilityExclusionFilterType",
    },
  },
  "aws:eks/accessEntry:AccessEntry": { schema: "AWS::EKS::AccessEntry" },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    schema: "AWS::EKS::AccessEntry",
    names: { policyArn: "AccessPolicies[].PolicyArn", accessScope: "AccessPolicies[].AccessScope" },
  },
  "aws:eks/addon:Addon": {
    schema: "AWS::EKS::Addon",
    names: {
      preserve: null,
      resolveConflictsOnCreate: "ResolveConflicts",
      resolveConflictsOnUpdate: "ResolveConflicts",
    },
  },
  "aws:eks/cluster:Cluster": {
    schema: "AWS::EKS::Cluster",
    names: {
      defaultAddonsToRemoves: null,
      forceUpdateVersion: "Force",
      enabledClusterLogTypes: "Logging.ClusterLogging.EnabledTypes[].Type",
      vpcConfig: "ResourcesVpcConfig",
    },
  },
  "aws:eks/nodeGroup:NodeGroup": {
    schema: "AWS::EKS::Nodegroup",
    names: {
      nodeGroupNamePrefix: null,
      forceUpdateVersion: "ForceUpdateEnabled",
      nodeRoleArn: "NodeRole",
      subnetIds: "Subnets",
      "remoteAccess.sourceSecurityGroupIds": "SourceSecurityGroups",
    },
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": { schema: "AWS::EKS::PodIdentityAssociation" },
  "aws:globalaccelerator/accelerator:Accelerator": {
    schema: "AWS::GlobalAccelerator::Accelerator",
    names: { attributes: null },
  },
  "aws:globalaccelerator/endpointGroup:EndpointGroup": { schema: "AWS::GlobalAccelerator::EndpointGroup" },
  "aws:globalaccelerator/listener:Listener": { schema: "AWS::GlobalAccelerator::Listener" },
  "aws:iam/instanceProfile:InstanceProfile": {
    schema: "AWS::IAM::InstanceProfile",
    names: { name: "InstanceProfileName", role: "Roles[]", tags: null },
  },
  "aws:iam/policy:Policy": {
    schema: "AWS::IAM::ManagedPolicy",
    names: { name: "ManagedPolicyName", namePrefix: null, policy: "PolicyDocument", tags: null },
  },
  "aws:iam/role:Role": {
    schema: "AWS::IAM::Role",
    names: {
      name: "RoleName",
      namePrefix: null,
      assumeRolePolicy: "AssumeRolePolicyDocument",
      forceDetachPolicies: null,
      inlinePolicies: "Policies",
      "inlinePolicies.name": "PolicyName",
      "inlinePolicies.policy": "PolicyDocument",
    },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    schema: "AWS::IAM::RolePolicy",
    derived: ["PolicyName"],
    names: { name: "PolicyName", namePrefix: null, policy: "PolicyDocument", role: "RoleName" },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    schema: "AWS::IAM::Role",
    part: true,
    names: { policyArn: "ManagedPolicyArns[]", role: "RoleName" },
  },
  "aws:kms/alias:Alias": { schema: "AWS::KMS::Alias", names: { name: "AliasName", namePrefix: null } },
  "aws:kms/key:Key": {
    schema: "AWS::KMS::Key",
    names: {
      customerMasterKeySpec: "KeySpec",
      deletionWindowInDays: "PendingWindowInDays",
      isEnabled: "Enabled",
      policy: "KeyPolicy",
    },
  },
  "aws:lb/listener:Listener": {
    schema: "AWS::ElasticLoadBalancingV2::Listener",
    names: {
      certificateArn: "Certificates[].CertificateArn",
      tags: null,
      tcpIdleTimeoutSeconds: null,
      ...balancerActions("defaultActions"),
    },
  },
  "aws:lb/listenerRule:ListenerRule": {
    schema: "AWS::ElasticLoadBalancingV2::ListenerRule",
    names: {
      ...balancerActions("actions"),
      "conditions.hostHeader": "HostHeaderConfig",
      "conditions.pathPattern": "PathPatternConfig",
      tags: null,
    },
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    schema: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    names: {
      accessLogs: null,
      clientKeepAlive: null,
      connectionLogs: null,
      dnsRecordClientRoutingPolicy: null,
      dropInvalidHeaderFields: null,
      enableCrossZoneLoadBalancing: null,
      enableDeletionProtection: null,
      enableHttp2: null,
      enableZonalShift: null,
      idleTimeout: null,
      internal: null,
      desyncMitigationMode: null,
      enableWafFailOpen: null,
      loadBalancerType: "Type",
      namePrefix: null,
      xffHeaderProcessingMode: null,
    },
  },
  "aws:lb/targetGroup:TargetGroup": {
    schema: "AWS::ElasticLoadBalancingV2::TargetGroup",
    names: {
      connectionTermination: null,
      deregistrationDelay: null,
      healthCheck: ".",
      "healthCheck.enabled": "HealthCheckEnabled",
      "healthCheck.path": "HealthCheckPath",
      "healthCheck.port": "HealthCheckPort",
      "healthCheck.protocol": "HealthCheckProtocol",
      "healthCheck.interval": "HealthCheckIntervalSeconds",
      "healthCheck.timeout": "HealthCheckTimeoutSeconds",
      "healthCheck.healthyThreshold": "HealthyThresholdCount",
      "healthCheck.unhealthyThreshold": "UnhealthyThresholdCount",
      "healthCheck.matcher": "Matcher.HttpCode",
      loadBalancingAlgorithmType: null,
      loadBalancingCrossZoneEnabled: null,
      namePrefix: null,
      preserveClientIp: null,
      proxyProtocolV2: null,
      slowStart: null,
      stickiness: null,
      targetGroupHealth: null,
      targetHealthStates: null,
    },
  },
  "aws:route53/healthCheck:HealthCheck": {
    schema: "AWS::Route53::HealthCheck",
    inside: "HealthCheckConfig",
    names: {
      cloudwatchAlarmName: "HealthCheckConfig.AlarmIdentifier.Name",
      cloudwatchAlarmRegion: "HealthCheckConfig.AlarmIdentifier.Region",
      fqdn: "HealthCheckConfig.FullyQualifiedDomainName",
      ipAddress: "HealthCheckConfig.IPAddress",
      invertHealthcheck: "HealthCheckConfig.Inverted",
      disabled: null,
      triggers: null,
      tags: "HealthCheckTags",
    },
  },
  "aws:route53/record:Record": {
    schema: "AWS::Route53::RecordSet",
    names: {
      aliases: "AliasTarget",
      "aliases.name": "DNSName",
      "aliases.zoneId": "HostedZoneId",
      allowOverwrite: null,
      records: "ResourceRecords",
      zoneId: "HostedZoneId",
      ...ROUTE53_POLICIES,
    },
  },
  "aws:route53/zone:Zone": {
    schema: "AWS::Route53::HostedZone",
    names: { comment: "HostedZoneConfig.Comment", forceDestroy: null, tags: "HostedZoneTags" },
  },
  "aws:s3/bucket:Bucket": {
    schema: "AWS::S3::Bucket",
    names: { bucket: "BucketName", bucketPrefix: null, forceDestroy: null },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket({
    rules: "LifecycleConfiguration.Rules",
    "rules.expiration": ".",
    "rules.expiration.days": "ExpirationInDays",
    "rules.filter": ".",
    "rules.filter.and": ".",
    "rules.filter.and.tags": "TagFilters",
    "rules.filter.tag": "TagFilters",
    "rules.transitions.days": "TransitionInDays",
    "rules.noncurrentVersionTransitions.noncurrentDays": "TransitionInDays",
    transitionDefaultMinimumObjectSize: "LifecycleConfiguration.TransitionDefaultMinimumObjectSize",
  }),
  "aws:s3/bucketLogging:BucketLogging": ofBucket({
    targetBucket: "LoggingConfiguration.DestinationBucketName",
    targetPrefix: "LoggingConfiguration.LogFilePrefix",
    targetObjectKeyFormat: "LoggingConfiguration.TargetObjectKeyFormat",
  }),
  "aws:s3/bucketMetric:BucketMetric": ofBucket({
    name: "MetricsConfigurations[].Id",
    filter: null,
  }),
  "aws:s3/bucketNotification:BucketNotification": ofBucket({ eventbridge: null }),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ofBucket({
    objectLockEnabled: "ObjectLockConfiguration.ObjectLockEnabled",
    rule: "ObjectLockConfiguration.Rule",
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket({ rule: "OwnershipControls.Rules" }),
  "aws:s3/bucketPolicy:BucketPolicy": { schema: "AWS::S3::BucketPolicy", names: { policy: "PolicyDocument" } },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket({
    blockPublicAcls: "PublicAccessBlockConfiguration.BlockPublicAcls",
    blockPublicPolicy: "PublicAccessBlockConfiguration.BlockPublicPolicy",
    ignorePublicAcls: "PublicAccessBlockConfiguration.IgnorePublicAcls",
    restrictPublicBuckets: "PublicAccessBlockConfiguration.RestrictPublicBuckets",
    skipDestroy: null,
  }),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ofBucket({
    role: "ReplicationConfiguration.Role",
    rules: "ReplicationConfiguration.Rules",
    "rules.filter.and": "And",
    "rules.filter.and.tags": "TagFilters",
    "rules.filter.tag": "TagFilter",
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket({
    rules: "BucketEncryption.ServerSideEncryptionConfiguration",
    "rules.applyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault",
    "rules.applyServerSideEncryptionByDefault.sseAlgorithm": "SSEAlgorithm",
    "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId": "KMSMasterKeyID",
    "rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
  }),
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket({ mfa: null, "versioningConfiguration.mfaDelete": null }),
  "aws:sns/topic:Topic": { schema: "AWS::SNS::Topic", names: { name: "TopicName", namePrefix: null, policy: null } },
  "aws:sns/topicPolicy:TopicPolicy": {
    schema: "AWS::SNS::TopicInlinePolicy",
    names: { arn: "TopicArn", policy: "PolicyDocument" },
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    schema: "AWS::SNS::Subscription",
    names: { topic: "TopicArn", confirmationTimeoutInMinutes: null, endpointAutoConfirms: null },
  },
  "aws:scheduler/schedule:Schedule": {
    schema: "AWS::Scheduler::Schedule",
    names: { namePrefix: null },
  },
  "aws:sqs/queue:Queue": {
    schema: "AWS::SQS::Queue",
    names: {
      name: "QueueName",
      namePrefix: null,
      maxMessageSize: "MaximumMessageSize",
      messageRetentionSeconds: "MessageRetentionPeriod",
      receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
      visibilityTimeoutSeconds: "VisibilityTimeout",
      policy: null,
    },
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    schema: "AWS::SQS::QueueInlinePolicy",
    names: { queueUrl: "Queue", policy: "PolicyDocument" },
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule("Egress", "Destination"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule("Ingress", "Source"),
  "aws:wafv2/webAcl:WebAcl": { schema: "AWS::WAFv2::WebACL", names: { namePrefix: null } },
  "aws:wafv2/webAclAssociation:WebAclAssociation": { schema: "AWS::WAFv2::WebACLAssociation" },
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": { schema: "AWS::WAFv2::LoggingConfiguration" },
};

/** Types of which AWS publishes no schema, with what is judged instead. */
export const UNMAPPED_TYPES: Readonly<Record<string, string>> = {
  "aws:acm/certificateValidation:CertificateValidation": "waits; makes nothing",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
    "adopts the group that every VPC has; graph tests judge its rules",
  "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": "free text",
  "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration":
    "not in CloudFormation; two enums, in the graph tests",
};
