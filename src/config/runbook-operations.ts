/** Operations that read, by service. Generated from the SDK's clients by `npm run generate`; not to be edited. */
export const runbookOperations: Readonly<Record<string, string>> = {
  elasticloadbalancing:
    'DescribeAccountLimits DescribeCapacityReservation DescribeListenerAttributes DescribeListenerCertificates ' +
    'DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeRules DescribeSSLPolicies ' +
    'DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth DescribeTrustStoreAssociations ' +
    'DescribeTrustStoreRevocations DescribeTrustStores GetResourcePolicy GetTrustStoreCaCertificatesBundle ' +
    'GetTrustStoreRevocationContent',
  ecs:
    'DescribeCapacityProviders DescribeClusters DescribeContainerInstances DescribeDaemon DescribeDaemonDeployments ' +
    'DescribeDaemonRevisions DescribeDaemonTaskDefinition DescribeExpressGatewayService DescribeServiceDeployments ' +
    'DescribeServiceRevisions DescribeServices DescribeTaskDefinition DescribeTaskSets DescribeTasks GetTaskProtection ' +
    'ListAccountSettings ListAttributes ListClusters ListContainerInstances ListDaemonDeployments ' +
    'ListDaemonTaskDefinitions ListDaemons ListServiceDeployments ListServices ListServicesByNamespace ' +
    'ListTagsForResource ListTaskDefinitionFamilies ListTaskDefinitions ListTasks',
  cloudwatch:
    'DescribeAlarmContributors DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric DescribeAnomalyDetectors ' +
    'DescribeInsightRules GetAlarmMuteRule GetDashboard GetDataset GetInsightRuleReport GetMetricData GetMetricStatistics ' +
    'GetMetricStream GetMetricWidgetImage GetOTelEnrichment GetResourceMetricsConfiguration ListAlarmMuteRules ' +
    'ListDashboards ListManagedInsightRules ListMetricStreams ListMetrics ListTagsForResource',
  'application-autoscaling':
    'DescribeScalableTargets DescribeScalingActivities DescribeScalingPolicies DescribeScheduledActions ' +
    'GetPredictiveScalingForecast ListTagsForResource',
  scheduler:
    'GetSchedule GetScheduleGroup ListScheduleGroups ListSchedules ListTagsForResource',
  s3:
    'GetBucketAbac GetBucketAccelerateConfiguration GetBucketAcl GetBucketAnalyticsConfiguration GetBucketCors ' +
    'GetBucketEncryption GetBucketIntelligentTieringConfiguration GetBucketInventoryConfiguration ' +
    'GetBucketLifecycleConfiguration GetBucketLocation GetBucketLogging GetBucketMetadataConfiguration ' +
    'GetBucketMetadataTableConfiguration GetBucketMetricsConfiguration GetBucketNotificationConfiguration ' +
    'GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketReplication GetBucketRequestPayment ' +
    'GetBucketTagging GetBucketVersioning GetBucketWebsite GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes ' +
    'GetObjectLegalHold GetObjectLockConfiguration GetObjectRetention GetObjectTagging GetObjectTorrent ' +
    'GetPublicAccessBlock HeadBucket HeadObject ListBucketAnalyticsConfigurations ' +
    'ListBucketIntelligentTieringConfigurations ListBucketInventoryConfigurations ListBucketMetricsConfigurations ' +
    'ListBuckets ListDirectoryBuckets ListMultipartUploads ListObjectAnnotations ListObjectVersions ListObjects ' +
    'ListObjectsV2 ListParts',
  sts:
    'GetAccessKeyInfo GetCallerIdentity GetDelegatedAccessToken GetFederationToken GetSessionToken GetWebIdentityToken',
  cloudformation:
    'DescribeAccountLimits DescribeChangeSet DescribeChangeSetHooks DescribeEvents DescribeGeneratedTemplate ' +
    'DescribeOrganizationsAccess DescribePublisher DescribeResourceScan DescribeStackDriftDetectionStatus ' +
    'DescribeStackEvents DescribeStackInstance DescribeStackRefactor DescribeStackResource DescribeStackResourceDrifts ' +
    'DescribeStackResources DescribeStackSet DescribeStackSetOperation DescribeStacks DescribeType ' +
    'DescribeTypeRegistration GetGeneratedTemplate GetHookResult GetStackPolicy GetTemplate GetTemplateSummary ' +
    'ListChangeSets ListExports ListGeneratedTemplates ListHookResults ListImports ListResourceScanRelatedResources ' +
    'ListResourceScanResources ListResourceScans ListStackInstanceResourceDrifts ListStackInstances ' +
    'ListStackRefactorActions ListStackRefactors ListStackResources ListStackSetAutoDeploymentTargets ' +
    'ListStackSetOperationResults ListStackSetOperations ListStackSets ListStacks ListTypeRegistrations ListTypeVersions ' +
    'ListTypes',
  autoscaling:
    'DescribeAccountLimits DescribeAdjustmentTypes DescribeAutoScalingGroups DescribeAutoScalingInstances ' +
    'DescribeAutoScalingNotificationTypes DescribeInstanceRefreshes DescribeLaunchConfigurations ' +
    'DescribeLifecycleHookTypes DescribeLifecycleHooks DescribeLoadBalancerTargetGroups DescribeLoadBalancers ' +
    'DescribeMetricCollectionTypes DescribeNotificationConfigurations DescribePolicies DescribeScalingActivities ' +
    'DescribeScalingProcessTypes DescribeScheduledActions DescribeTags DescribeTerminationPolicyTypes ' +
    'DescribeTrafficSources DescribeWarmPool GetPredictiveScalingForecast',
  ec2:
    'DescribeAccountAttributes DescribeAccountVpcEncryptionControl DescribeAddressTransfers DescribeAddresses ' +
    'DescribeAddressesAttribute DescribeAggregateIdFormat DescribeApplicationStatus ' +
    'DescribeApplicationStatusCheckAssociations DescribeApplicationStatusChecks DescribeAvailabilityZones ' +
    'DescribeAwsNetworkPerformanceMetricSubscriptions DescribeBundleTasks DescribeByoipCidrs ' +
    'DescribeCapacityBlockExtensionHistory DescribeCapacityBlockExtensionOfferings DescribeCapacityBlockOfferings ' +
    'DescribeCapacityBlockStatus DescribeCapacityBlocks DescribeCapacityManagerDataExports ' +
    'DescribeCapacityReservationBillingRequests DescribeCapacityReservationCancellationQuotes ' +
    'DescribeCapacityReservationDateChangeQuotes DescribeCapacityReservationFleets DescribeCapacityReservationTopology ' +
    'DescribeCapacityReservations DescribeCarrierGateways DescribeClassicLinkInstances ' +
    'DescribeClientVpnAuthorizationRules DescribeClientVpnConnections DescribeClientVpnEndpoints DescribeClientVpnRoutes ' +
    'DescribeClientVpnTargetNetworks DescribeCoipPools DescribeConversionTasks DescribeCustomerGateways ' +
    'DescribeDeclarativePoliciesReports DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeElasticGpus ' +
    'DescribeExportImageTasks DescribeExportTasks DescribeFastLaunchImages DescribeFastSnapshotRestores ' +
    'DescribeFleetHistory DescribeFleetInstances DescribeFleets DescribeFlowLogs DescribeFpgaImageAttribute ' +
    'DescribeFpgaImages DescribeHostReservationOfferings DescribeHostReservations DescribeHosts ' +
    'DescribeIamInstanceProfileAssociations DescribeIdFormat DescribeIdentityIdFormat DescribeImageAttribute ' +
    'DescribeImageReferences DescribeImageUsageReportEntries DescribeImageUsageReports DescribeImages ' +
    'DescribeImportImageTasks DescribeImportSnapshotTasks DescribeInstanceAttribute DescribeInstanceConnectEndpoints ' +
    'DescribeInstanceCreditSpecifications DescribeInstanceEventNotificationAttributes DescribeInstanceEventWindows ' +
    'DescribeInstanceImageMetadata DescribeInstanceSqlHaHistoryStates DescribeInstanceSqlHaStates DescribeInstanceStatus ' +
    'DescribeInstanceTopology DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances ' +
    'DescribeInternetGateways DescribeIpamByoasn DescribeIpamExternalResourceVerificationTokens ' +
    'DescribeIpamInternetRegistryAssociations DescribeIpamPolicies DescribeIpamPoolAllocations DescribeIpamPools ' +
    'DescribeIpamPrefixListResolverTargets DescribeIpamPrefixListResolvers DescribeIpamResourceDiscoveries ' +
    'DescribeIpamResourceDiscoveryAssociations DescribeIpamScopes DescribeIpams DescribeIpv6Pools DescribeKeyPairs ' +
    'DescribeLaunchTemplateVersions DescribeLaunchTemplates ' +
    'DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations DescribeLocalGatewayRouteTableVpcAssociations ' +
    'DescribeLocalGatewayRouteTables DescribeLocalGatewayVirtualInterfaceGroups DescribeLocalGatewayVirtualInterfaces ' +
    'DescribeLocalGateways DescribeLockedSnapshots DescribeMacHosts DescribeMacModificationTasks ' +
    'DescribeManagedPrefixLists DescribeMovingAddresses DescribeNatGateways DescribeNetworkAcls ' +
    'DescribeNetworkInsightsAccessScopeAnalyses DescribeNetworkInsightsAccessScopes DescribeNetworkInsightsAnalyses ' +
    'DescribeNetworkInsightsPaths DescribeNetworkInterfaceAttribute DescribeNetworkInterfacePermissions ' +
    'DescribeNetworkInterfaces DescribeOutpostLags DescribePlacementGroups DescribePrefixLists DescribePrincipalIdFormat ' +
    'DescribePublicIpv4Pools DescribeRegions DescribeReplaceRootVolumeTasks DescribeReservedInstances ' +
    'DescribeReservedInstancesListings DescribeReservedInstancesModifications DescribeReservedInstancesOfferings ' +
    'DescribeRouteServerEndpoints DescribeRouteServerPeers DescribeRouteServers DescribeRouteTables ' +
    'DescribeScheduledInstanceAvailability DescribeScheduledInstances DescribeSecondaryInterfaces ' +
    'DescribeSecondaryNetworks DescribeSecondarySubnets DescribeSecurityGroupReferences DescribeSecurityGroupRules ' +
    'DescribeSecurityGroupVpcAssociations DescribeSecurityGroups DescribeServiceLinkVirtualInterfaces ' +
    'DescribeSnapshotAttribute DescribeSnapshotTierStatus DescribeSnapshots DescribeSpotDatafeedSubscription ' +
    'DescribeSpotFleetInstances DescribeSpotFleetRequestHistory DescribeSpotFleetRequests DescribeSpotInstanceRequests ' +
    'DescribeSpotPriceHistory DescribeStaleSecurityGroups DescribeStoreImageTasks DescribeSubnets DescribeTags ' +
    'DescribeTrafficMirrorFilterRules DescribeTrafficMirrorFilters DescribeTrafficMirrorSessions ' +
    'DescribeTrafficMirrorTargets DescribeTransitGatewayAttachments DescribeTransitGatewayConnectPeers ' +
    'DescribeTransitGatewayConnects DescribeTransitGatewayMeteringPolicies DescribeTransitGatewayMulticastDomains ' +
    'DescribeTransitGatewayPeeringAttachments DescribeTransitGatewayPolicyTables ' +
    'DescribeTransitGatewayRouteTableAnnouncements DescribeTransitGatewayRouteTables DescribeTransitGatewayVpcAttachments ' +
    'DescribeTransitGateways DescribeTrunkInterfaceAssociations DescribeVerifiedAccessEndpoints ' +
    'DescribeVerifiedAccessGroups DescribeVerifiedAccessInstanceLoggingConfigurations DescribeVerifiedAccessInstances ' +
    'DescribeVerifiedAccessTrustProviders DescribeVolumeAttribute DescribeVolumeStatus DescribeVolumes ' +
    'DescribeVolumesModifications DescribeVpcAttribute DescribeVpcBlockPublicAccessExclusions ' +
    'DescribeVpcBlockPublicAccessOptions DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport ' +
    'DescribeVpcEncryptionControls DescribeVpcEndpointAssociations DescribeVpcEndpointConnectionNotifications ' +
    'DescribeVpcEndpointConnections DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions ' +
    'DescribeVpcEndpointServices DescribeVpcEndpoints DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConcentrators ' +
    'DescribeVpnConnections DescribeVpnGateways GetActiveVpnTunnelStatus GetAllowedImagesSettings ' +
    'GetAssociatedEnclaveCertificateIamRoles GetAssociatedIpv6PoolCidrs GetAwsNetworkPerformanceData ' +
    'GetCapacityManagerAttributes GetCapacityManagerMetricData GetCapacityManagerMetricDimensions ' +
    'GetCapacityManagerMonitoredTagKeys GetCapacityReservationUsage GetCoipPoolUsage GetConsoleOutput ' +
    'GetConsoleScreenshot GetDeclarativePoliciesReportSummary GetDefaultCreditSpecification GetEbsDefaultKmsKeyId ' +
    'GetEbsEncryptionByDefault GetEnabledIpamPolicy GetFlowLogsIntegrationTemplate GetGroupsForCapacityReservation ' +
    'GetHostReservationPurchasePreview GetImageAncestry GetImageBlockPublicAccessState GetInstanceMetadataDefaults ' +
    'GetInstanceTpmEkPub GetInstanceTypesFromInstanceRequirements GetInstanceUefiData GetIpamAddressHistory ' +
    'GetIpamDiscoveredAccounts GetIpamDiscoveredPublicAddresses GetIpamDiscoveredResourceCidrs GetIpamDiscoveredRoutes ' +
    'GetIpamInternetRegistryAssociationAsns GetIpamInternetRegistryAssociationCidrs GetIpamPolicyAllocationRules ' +
    'GetIpamPolicyOrganizationTargets GetIpamPoolAllocations GetIpamPoolCidrs GetIpamPrefixListResolverRules ' +
    'GetIpamPrefixListResolverVersionEntries GetIpamPrefixListResolverVersions GetIpamResourceCidrs ' +
    'GetIpamRouteOriginAuthorizations GetIpamRouteProtectionFindings GetIpamRoutingPolicyRegistrationDeltas ' +
    'GetIpamRoutingPolicyRegistrations GetLaunchTemplateData GetManagedPrefixListAssociations GetManagedPrefixListEntries ' +
    'GetManagedResourceVisibility GetNetworkInsightsAccessScopeAnalysisFindings GetNetworkInsightsAccessScopeContent ' +
    'GetPasswordData GetReservedInstancesExchangeQuote GetRouteServerAssociations GetRouteServerPropagations ' +
    'GetRouteServerRoutingDatabase GetSecurityGroupsForVpc GetSerialConsoleAccessStatus GetSnapshotBlockPublicAccessState ' +
    'GetSpotPlacementScores GetSubnetCidrReservations GetTransitGatewayAttachmentPropagations ' +
    'GetTransitGatewayMeteringPolicyEntries GetTransitGatewayMulticastDomainAssociations ' +
    'GetTransitGatewayPolicyTableAssociations GetTransitGatewayPolicyTableEntries GetTransitGatewayPrefixListReferences ' +
    'GetTransitGatewayRouteTableAssociations GetTransitGatewayRouteTablePropagations GetVerifiedAccessEndpointPolicy ' +
    'GetVerifiedAccessEndpointTargets GetVerifiedAccessGroupPolicy GetVpcResourcesBlockingEncryptionEnforcement ' +
    'GetVpnConnectionDeviceSampleConfiguration GetVpnConnectionDeviceTypes GetVpnTunnelReplacementStatus ' +
    'ListImagesInRecycleBin ListSnapshotsInRecycleBin ListVolumesInRecycleBin',
  rds:
    'DescribeAccountAttributes DescribeBlueGreenDeployments DescribeCertificates DescribeDBClusterAutomatedBackups ' +
    'DescribeDBClusterBacktracks DescribeDBClusterEndpoints DescribeDBClusterParameterGroups DescribeDBClusterParameters ' +
    'DescribeDBClusterSnapshotAttributes DescribeDBClusterSnapshots DescribeDBClusters DescribeDBEngineVersions ' +
    'DescribeDBInstanceAutomatedBackups DescribeDBInstances DescribeDBLogFiles DescribeDBMajorEngineVersions ' +
    'DescribeDBParameterGroups DescribeDBParameters DescribeDBProxies DescribeDBProxyEndpoints ' +
    'DescribeDBProxyTargetGroups DescribeDBProxyTargets DescribeDBRecommendations DescribeDBSecurityGroups ' +
    'DescribeDBShardGroups DescribeDBSnapshotAttributes DescribeDBSnapshotTenantDatabases DescribeDBSnapshots ' +
    'DescribeDBSubnetGroups DescribeEngineDefaultClusterParameters DescribeEngineDefaultParameters ' +
    'DescribeEventCategories DescribeEventSubscriptions DescribeEvents DescribeExportTasks DescribeGlobalClusters ' +
    'DescribeIntegrations DescribeOptionGroupOptions DescribeOptionGroups DescribeOrderableDBInstanceOptions ' +
    'DescribePendingMaintenanceActions DescribeReservedDBInstances DescribeReservedDBInstancesOfferings ' +
    'DescribeServerlessV2PlatformVersions DescribeSourceRegions DescribeTenantDatabases ' +
    'DescribeValidDBInstanceModifications ListTagsForResource',
  ssm:
    'DescribeActivations DescribeAssociation DescribeAssociationExecutionTargets DescribeAssociationExecutions ' +
    'DescribeAutomationExecutions DescribeAutomationStepExecutions DescribeAvailablePatches DescribeDocument ' +
    'DescribeDocumentPermission DescribeEffectiveInstanceAssociations DescribeEffectivePatchesForPatchBaseline ' +
    'DescribeInstanceAssociationsStatus DescribeInstanceInformation DescribeInstancePatchStates ' +
    'DescribeInstancePatchStatesForPatchGroup DescribeInstancePatches DescribeInstanceProperties ' +
    'DescribeInventoryDeletions DescribeMaintenanceWindowExecutionTaskInvocations DescribeMaintenanceWindowExecutionTasks ' +
    'DescribeMaintenanceWindowExecutions DescribeMaintenanceWindowSchedule DescribeMaintenanceWindowTargets ' +
    'DescribeMaintenanceWindowTasks DescribeMaintenanceWindows DescribeMaintenanceWindowsForTarget DescribeOpsItems ' +
    'DescribeParameters DescribePatchBaselines DescribePatchGroupState DescribePatchGroups DescribePatchProperties ' +
    'DescribeSessions GetAccessToken GetAutomationExecution GetCalendarState GetCloudConnector GetCommandInvocation ' +
    'GetConnectionStatus GetDefaultPatchBaseline GetDeployablePatchSnapshotForInstance GetDocument GetExecutionPreview ' +
    'GetInventory GetInventorySchema GetMaintenanceWindow GetMaintenanceWindowExecution GetMaintenanceWindowExecutionTask ' +
    'GetMaintenanceWindowExecutionTaskInvocation GetMaintenanceWindowTask GetOpsItem GetOpsMetadata GetOpsSummary ' +
    'GetParameter GetParameterHistory GetParameters GetParametersByPath GetPatchBaseline GetPatchBaselineForPatchGroup ' +
    'GetResourcePolicies GetServiceSetting ListAssociationVersions ListAssociations ListCloudConnectors ' +
    'ListCommandInvocations ListCommands ListComplianceItems ListComplianceSummaries ListDocumentMetadataHistory ' +
    'ListDocumentVersions ListDocuments ListInventoryEntries ListNodes ListNodesSummary ListOpsItemEvents ' +
    'ListOpsItemRelatedItems ListOpsMetadata ListResourceComplianceSummaries ListResourceDataSync ListTagsForResource',
  acm:
    'DescribeAcmeAccount DescribeAcmeDomainValidation DescribeAcmeEndpoint DescribeAcmeExternalAccountBinding ' +
    'DescribeCertificate GetAccountConfiguration GetAcmeExternalAccountBindingCredentials GetCertificate ListAcmeAccounts ' +
    'ListAcmeDomainValidations ListAcmeEndpoints ListAcmeExternalAccountBindings ListCertificateDomainValidations ' +
    'ListCertificates ListTagsForCertificate ListTagsForResource',
  route53:
    'GetAccountLimit GetChange GetCheckerIpRanges GetDNSSEC GetGeoLocation GetHealthCheck GetHealthCheckCount ' +
    'GetHealthCheckLastFailureReason GetHealthCheckStatus GetHostedZone GetHostedZoneCount GetHostedZoneLimit ' +
    'GetQueryLoggingConfig GetReusableDelegationSet GetReusableDelegationSetLimit GetTrafficPolicy ' +
    'GetTrafficPolicyInstance GetTrafficPolicyInstanceCount ListCidrBlocks ListCidrCollections ListCidrLocations ' +
    'ListGeoLocations ListHealthChecks ListHostedZones ListHostedZonesByName ListHostedZonesByVPC ListQueryLoggingConfigs ' +
    'ListResourceRecordSets ListReusableDelegationSets ListTagsForResource ListTagsForResources ListTrafficPolicies ' +
    'ListTrafficPolicyInstances ListTrafficPolicyInstancesByHostedZone ListTrafficPolicyInstancesByPolicy ' +
    'ListTrafficPolicyVersions ListVPCAssociationAuthorizations',
  servicequotas:
    'GetAWSDefaultServiceQuota GetAssociationForServiceQuotaTemplate GetAutoManagementConfiguration ' +
    'GetQuotaUtilizationReport GetRequestedServiceQuotaChange GetServiceQuota GetServiceQuotaIncreaseRequestFromTemplate ' +
    'ListAWSDefaultServiceQuotas ListRequestedServiceQuotaChangeHistory ListRequestedServiceQuotaChangeHistoryByQuota ' +
    'ListServiceQuotaIncreaseRequestsInTemplate ListServiceQuotas ListServices ListTagsForResource',
  iam:
    'GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountProperties GetAccountSummary ' +
    'GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy GetCredentialReport GetDelegationRequest GetGroup ' +
    'GetGroupPolicy GetHumanReadableSummary GetInstanceProfile GetLoginProfile GetMFADevice GetOpenIDConnectProvider ' +
    'GetOrganizationsAccessReport GetOutboundWebIdentityFederationInfo GetPolicy GetPolicyVersion GetRole GetRolePolicy ' +
    'GetRoleTemplateVersion GetSAMLProvider GetSSHPublicKey GetServerCertificate GetServiceLastAccessedDetails ' +
    'GetServiceLastAccessedDetailsWithEntities GetServiceLinkedRoleDeletionStatus GetUser GetUserPolicy ListAccessKeys ' +
    'ListAccountAliases ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies ' +
    'ListDelegationRequests ListEntitiesForPolicy ListGroupPolicies ListGroups ListGroupsForUser ListInstanceProfileTags ' +
    'ListInstanceProfiles ListInstanceProfilesForRole ListMFADeviceTags ListMFADevices ListOpenIDConnectProviderTags ' +
    'ListOpenIDConnectProviders ListOrganizationsFeatures ListPolicies ListPoliciesGrantingServiceAccess ListPolicyTags ' +
    'ListPolicyVersions ListRolePolicies ListRoleTags ListRoles ListSAMLProviderTags ListSAMLProviders ListSSHPublicKeys ' +
    'ListServerCertificateTags ListServerCertificates ListServiceSpecificCredentials ListSigningCertificates ' +
    'ListUserPolicies ListUserTags ListUsers ListVirtualMFADevices',
  logs:
    'DescribeAccountPolicies DescribeConfigurationTemplates DescribeDeliveries DescribeDeliveryDestinations ' +
    'DescribeDeliverySources DescribeDestinations DescribeExportTasks DescribeFieldIndexes DescribeImportTaskBatches ' +
    'DescribeImportTasks DescribeIndexPolicies DescribeLogGroups DescribeLogStreams DescribeLookupTables ' +
    'DescribeMetricFilters DescribeQueries DescribeQueryDefinitions DescribeResourcePolicies DescribeSubscriptionFilters ' +
    'FilterLogEvents GetDataProtectionPolicy GetDelivery GetDeliveryDestination GetDeliveryDestinationPolicy ' +
    'GetDeliverySource GetIntegration GetLogAnomalyDetector GetLogEvents GetLogFields GetLogGroupFields GetLogObject ' +
    'GetLogRecord GetLookupTable GetQueryResults GetScheduledQuery GetScheduledQueryHistory GetStorageTierPolicy ' +
    'GetTransformer ListAggregateLogGroupSummaries ListAnomalies ListIntegrations ListLogAnomalyDetectors ListLogGroups ' +
    'ListLogGroupsForQuery ListScheduledQueries ListSourcesForS3TableIntegration ListSyslogConfigurations ' +
    'ListTagsForResource ListTagsLogGroup',
  backup:
    'DescribeBackupJob DescribeBackupVault DescribeCopyJob DescribeFramework DescribeGlobalSettings ' +
    'DescribeProtectedResource DescribeRecoveryPoint DescribeRegionSettings DescribeReportJob DescribeReportPlan ' +
    'DescribeRestoreJob DescribeScanJob GetBackupPlan GetBackupPlanFromJSON GetBackupPlanFromTemplate GetBackupSelection ' +
    'GetBackupVaultAccessPolicy GetBackupVaultNotifications GetLegalHold GetPITRMalwareScanResults ' +
    'GetRecoveryPointIndexDetails GetRecoveryPointRestoreMetadata GetRestoreJobMetadata GetRestoreTestingInferredMetadata ' +
    'GetRestoreTestingPlan GetRestoreTestingSelection GetSupportedResourceTypes GetTieringConfiguration ' +
    'ListBackupJobSummaries ListBackupJobs ListBackupPlanTemplates ListBackupPlanVersions ListBackupPlans ' +
    'ListBackupSelections ListBackupVaults ListCopyJobSummaries ListCopyJobs ListFrameworks ListIndexedRecoveryPoints ' +
    'ListLegalHolds ListProtectedResources ListProtectedResourcesByBackupVault ListRecoveryPointsByBackupVault ' +
    'ListRecoveryPointsByLegalHold ListRecoveryPointsByResource ListReportJobs ListReportPlans ' +
    'ListRestoreAccessBackupVaults ListRestoreJobSummaries ListRestoreJobs ListRestoreJobsByProtectedResource ' +
    'ListRestoreTestingPlans ListRestoreTestingSelections ListScanJobSummaries ListScanJobs ListTags ' +
    'ListTieringConfigurations',
  ecr:
    'BatchGetImage BatchGetRepositoryScanningConfiguration DescribeImageReplicationStatus DescribeImageScanFindings ' +
    'DescribeImageSigningStatus DescribeImages DescribePullThroughCacheRules DescribeRegistry DescribeRepositories ' +
    'DescribeRepositoryCreationTemplates GetAccountSetting GetAuthorizationToken GetDownloadUrlForLayer ' +
    'GetLifecyclePolicy GetLifecyclePolicyPreview GetRegistryPolicy GetRegistryScanningConfiguration GetRepositoryPolicy ' +
    'GetSigningConfiguration ListImageReferrers ListImages ListPullTimeUpdateExclusions ListTagsForResource',
  secretsmanager:
    'BatchGetSecretValue DescribeSecret GetRandomPassword GetResourcePolicy GetSecretValue ListSecretVersionIds ' +
    'ListSecrets',
  cloudfront:
    'DescribeConnectionFunction DescribeFunction DescribeKeyValueStore GetAnycastIpList GetCachePolicy ' +
    'GetCachePolicyConfig GetCloudFrontOriginAccessIdentity GetCloudFrontOriginAccessIdentityConfig GetConnectionFunction ' +
    'GetConnectionGroup GetConnectionGroupByRoutingEndpoint GetContinuousDeploymentPolicy ' +
    'GetContinuousDeploymentPolicyConfig GetDistribution GetDistributionConfig GetDistributionTenant ' +
    'GetDistributionTenantByDomain GetFieldLevelEncryption GetFieldLevelEncryptionConfig GetFieldLevelEncryptionProfile ' +
    'GetFieldLevelEncryptionProfileConfig GetFunction GetInvalidation GetInvalidationForDistributionTenant GetKeyGroup ' +
    'GetKeyGroupConfig GetManagedCertificateDetails GetMonitoringSubscription GetOriginAccessControl ' +
    'GetOriginAccessControlConfig GetOriginRequestPolicy GetOriginRequestPolicyConfig GetPublicKey GetPublicKeyConfig ' +
    'GetRealtimeLogConfig GetResourcePolicy GetResponseHeadersPolicy GetResponseHeadersPolicyConfig ' +
    'GetStreamingDistribution GetStreamingDistributionConfig GetTrustStore GetVpcOrigin ListAnycastIpLists ' +
    'ListCachePolicies ListCloudFrontOriginAccessIdentities ListConflictingAliases ListConnectionFunctions ' +
    'ListConnectionGroups ListContinuousDeploymentPolicies ListDistributionTenants ListDistributionTenantsByCustomization ' +
    'ListDistributions ListDistributionsByAnycastIpListId ListDistributionsByCachePolicyId ' +
    'ListDistributionsByConnectionFunction ListDistributionsByConnectionMode ListDistributionsByKeyGroup ' +
    'ListDistributionsByOriginRequestPolicyId ListDistributionsByOwnedResource ListDistributionsByRealtimeLogConfig ' +
    'ListDistributionsByResponseHeadersPolicyId ListDistributionsByTrustStore ListDistributionsByVpcOriginId ' +
    'ListDistributionsByWebACLId ListDomainConflicts ListFieldLevelEncryptionConfigs ListFieldLevelEncryptionProfiles ' +
    'ListFunctions ListInvalidations ListInvalidationsForDistributionTenant ListKeyGroups ListKeyValueStores ' +
    'ListOriginAccessControls ListOriginRequestPolicies ListPublicKeys ListRealtimeLogConfigs ListResponseHeadersPolicies ' +
    'ListStreamingDistributions ListTagsForResource ListTrustStores ListVpcOrigins',
  elasticache:
    'DescribeCacheClusters DescribeCacheEngineVersions DescribeCacheParameterGroups DescribeCacheParameters ' +
    'DescribeCacheSecurityGroups DescribeCacheSubnetGroups DescribeEngineDefaultParameters DescribeEvents ' +
    'DescribeGlobalReplicationGroups DescribeReplicationGroups DescribeReservedCacheNodes ' +
    'DescribeReservedCacheNodesOfferings DescribeServerlessCacheSnapshots DescribeServerlessCaches DescribeServiceUpdates ' +
    'DescribeSnapshots DescribeUpdateActions DescribeUserGroups DescribeUsers ListAllowedNodeTypeModifications ' +
    'ListTagsForResource',
  kms:
    'DescribeCustomKeyStores DescribeKey GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport ' +
    'GetPublicKey ListAliases ListGrants ListKeyPolicies ListKeyRotations ListKeys ListResourceTags ListRetirableGrants',
  tag:
    'DescribeReportCreation GetComplianceSummary GetResources GetTagKeys GetTagValues ListRequiredTags',
}
