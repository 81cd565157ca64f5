"""What the provider calls for each type of resource of a zone's AWS half: it is made, tagged and taken away again.

Besides the API calls themselves the actions that IAM asks for with them. Sources: Service Authorization Reference
(actions, dependent actions) of each service; AWS Backup Developer Guide, "Backup vault creation and deletion"; AWS
Config Developer Guide, "Using Service-Linked Roles". Without an @ a call is for the resource that is registered; what
stands behind one is the role that it names: of the account, or AWS's own for a service.
"""

from collections.abc import Mapping

_LINKED = "iam:CreateServiceLinkedRole@aws-service-role"
CALLS: Mapping[str, str] = {
    "aws:accessanalyzer/analyzer:Analyzer": "access-analyzer:{CreateAnalyzer,DeleteAnalyzer,TagResource} "
    f"{_LINKED}/access-analyzer.amazonaws.com/AWSServiceRoleForAccessAnalyzer",
    "aws:accessanalyzer/archiveRule:ArchiveRule": "access-analyzer:{CreateArchiveRule,UpdateArchiveRule,"
    "DeleteArchiveRule}",
    "aws:backup/plan:Plan": "backup:{CreateBackupPlan,UpdateBackupPlan,DeleteBackupPlan,TagResource}",
    "aws:backup/selection:Selection": "backup:{CreateBackupSelection,DeleteBackupSelection} "
    "iam:PassRole@sovereign-eu-backup-eu-central-1>backup.amazonaws.com",
    "aws:backup/vault:Vault": "backup:{CreateBackupVault,DeleteBackupVault,TagResource} backup-storage:MountCapsule "
    "kms:{CreateGrant,DescribeKey,RetireGrant,Decrypt,GenerateDataKey}",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "backup:{PutBackupVaultLockConfiguration,"
    "DeleteBackupVaultLockConfiguration}",
    "aws:backup/vaultPolicy:VaultPolicy": "backup:{PutBackupVaultAccessPolicy,DeleteBackupVaultAccessPolicy}",
    "aws:cfg/aggregateAuthorization:AggregateAuthorization": "config:{PutAggregationAuthorization,"
    "DeleteAggregationAuthorization,TagResource}",
    "aws:cfg/configurationAggregator:ConfigurationAggregator": "config:{PutConfigurationAggregator,"
    "DeleteConfigurationAggregator,TagResource}",
    "aws:cfg/deliveryChannel:DeliveryChannel": "config:{PutDeliveryChannel,DeleteDeliveryChannel}",
    "aws:cfg/recorder:Recorder": "config:{PutConfigurationRecorder,DeleteConfigurationRecorder} "
    "iam:PassRole@aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig>config.amazonaws.com",
    "aws:cfg/recorderStatus:RecorderStatus": "config:{StartConfigurationRecorder,StopConfigurationRecorder}",
    "aws:cfg/retentionConfiguration:RetentionConfiguration": "config:{PutRetentionConfiguration,"
    "DeleteRetentionConfiguration}",
    "aws:cfg/rule:Rule": "config:{PutConfigRule,DeleteConfigRule,TagResource}",
    "aws:cloudtrail/trail:Trail": "cloudtrail:{CreateTrail,UpdateTrail,DeleteTrail,AddTags,StartLogging,"
    "PutEventSelectors,PutInsightSelectors} iam:PassRole@sovereign/sovereign-eu-trail-logs>cloudtrail.amazonaws.com",
    "aws:cloudwatch/eventRule:EventRule": "events:{PutRule,DeleteRule,TagResource}",
    "aws:cloudwatch/eventTarget:EventTarget": "events:{PutTargets,RemoveTargets}",
    "aws:cloudwatch/logGroup:LogGroup": "logs:{CreateLogGroup,AssociateKmsKey,PutRetentionPolicy,TagResource,"
    "DeleteLogGroup}",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "logs:{PutMetricFilter,DeleteMetricFilter}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "cloudwatch:{PutMetricAlarm,DeleteAlarms,TagResource}",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "ec2:{RevokeSecurityGroupIngress,RevokeSecurityGroupEgress,"
    "CreateTags}",
    "aws:ec2/flowLog:FlowLog": "ec2:{CreateFlowLogs,DeleteFlowLogs,CreateTags} "
    "logs:{CreateLogDelivery,DeleteLogDelivery}",
    "aws:ec2/routeTable:RouteTable": "ec2:{CreateRouteTable,DeleteRouteTable,CreateTags}",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "ec2:{AssociateRouteTable,DisassociateRouteTable}",
    "aws:ec2/securityGroup:SecurityGroup": "ec2:{CreateSecurityGroup,DeleteSecurityGroup,RevokeSecurityGroupEgress,"
    "AuthorizeSecurityGroupEgress,CreateTags}",
    "aws:ec2/subnet:Subnet": "ec2:{CreateSubnet,ModifySubnetAttribute,DeleteSubnet,CreateTags}",
    "aws:ec2/vpc:Vpc": "ec2:{CreateVpc,ModifyVpcAttribute,DeleteVpc,CreateTags}",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "ec2:{CreateVpcEndpoint,ModifyVpcEndpoint,DeleteVpcEndpoints,CreateTags} "
    "route53:AssociateVPCWithHostedZone",
    "aws:guardduty/detector:Detector": "guardduty:{CreateDetector,UpdateDetector,DeleteDetector,TagResource} "
    f"{_LINKED}/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
    "aws:guardduty/detectorFeature:DetectorFeature": "guardduty:UpdateDetector "
    f"{_LINKED}/malware-protection.guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDutyMalwareProtection",
    "aws:iam/role:Role": "iam:{CreateRole,TagRole,UntagRole,UpdateRole,UpdateAssumeRolePolicy,DeleteRole,GetRole,"
    "ListRolePolicies,ListAttachedRolePolicies,ListInstanceProfilesForRole}",
    "aws:iam/rolePolicy:RolePolicy": "iam:{PutRolePolicy,GetRolePolicy,DeleteRolePolicy}",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "iam:{AttachRolePolicy,DetachRolePolicy,"
    "ListAttachedRolePolicies}",
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": " ".join(
        f"iam:{call}@aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        for call in (
            "CreateServiceLinkedRole",
            "DeleteServiceLinkedRole",
            "GetRole",
            "GetServiceLinkedRoleDeletionStatus",
            "TagRole",
            "UntagRole",
        )
    ),
    "aws:kms/alias:Alias": "kms:{CreateAlias,UpdateAlias,DeleteAlias}",
    "aws:kms/key:Key": "kms:{CreateKey,PutKeyPolicy,EnableKeyRotation,TagResource,ScheduleKeyDeletion}",
    "aws:macie2/account:Account": "macie2:{EnableMacie,DisableMacie,UpdateMacieSession} "
    f"{_LINKED}/macie.amazonaws.com/AWSServiceRoleForAmazonMacie",
    "aws:organizations/organizationalUnit:OrganizationalUnit": "organizations:{CreateOrganizationalUnit,"
    "UpdateOrganizationalUnit,DeleteOrganizationalUnit,TagResource,DescribeOrganizationalUnit,ListParents}",
    "aws:organizations/policy:Policy": "organizations:{CreatePolicy,UpdatePolicy,DeletePolicy,TagResource,"
    "DescribePolicy}",
    "aws:organizations/policyAttachment:PolicyAttachment": "organizations:{AttachPolicy,DetachPolicy,"
    "ListTargetsForPolicy}",
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": "route53resolver:UpdateFirewallConfig",
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": "route53resolver:{CreateFirewallDomainList,"
    "UpdateFirewallDomains,DeleteFirewallDomainList,TagResource}",
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": "route53resolver:{CreateFirewallRule,"
    "UpdateFirewallRule,DeleteFirewallRule}",
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": "route53resolver:{CreateFirewallRuleGroup,"
    "DeleteFirewallRuleGroup,TagResource}",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": "route53resolver:{"
    "AssociateFirewallRuleGroup,DisassociateFirewallRuleGroup,TagResource} ec2:DescribeVpcs",
    "aws:s3/bucket:Bucket": "s3:{CreateBucket,DeleteBucket,PutBucketTagging}",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "aws:s3/bucketNotification:BucketNotification": "s3:PutBucketNotification",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy": "s3:{PutBucketPolicy,DeleteBucketPolicy}",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "s3:PutReplicationConfiguration "
    "iam:PassRole@sovereign/replication/eu-config-444455556666>s3.amazonaws.com",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "s3:"
    "PutEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning": "s3:PutBucketVersioning",
    "aws:s3/inventory:Inventory": "s3:PutInventoryConfiguration",
    "aws:securityhub/account:Account": "securityhub:{EnableSecurityHub,DisableSecurityHub} "
    f"{_LINKED}/securityhub.amazonaws.com/AWSServiceRoleForSecurityHub",
    "aws:securityhub/findingAggregator:FindingAggregator": "securityhub:{CreateFindingAggregator,"
    "DeleteFindingAggregator}",
    "aws:securityhub/standardsSubscription:StandardsSubscription": "securityhub:{BatchEnableStandards,"
    "BatchDisableStandards}",
    "aws:sns/topic:Topic": "sns:{CreateTopic,SetTopicAttributes,DeleteTopic,TagResource}",
    "aws:sns/topicPolicy:TopicPolicy": "sns:SetTopicAttributes",
    "aws:sns/topicSubscription:TopicSubscription": "sns:{Subscribe,Unsubscribe}",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2:{AuthorizeSecurityGroupIngress,"
    "RevokeSecurityGroupIngress,CreateTags}",
}


def calls(type_: str) -> list[tuple[str, str, str]]:
    """For each call of the type: the action, the role that it is about or "", and the service that gets this role."""
    found = []
    for each in CALLS[type_].split():
        named, _, about = each.partition("@")
        role, _, service = about.partition(">")
        prefix, _, names = named.partition(":")
        found += [(f"{prefix}:{name}", role, service) for name in names.strip("{}").split(",")]
    return found
