/** Service Quotas, from the table that those who refuse use too. */
import type {
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse,
  GetServiceQuotaRequest,
  GetServiceQuotaResponse,
  ListServiceQuotasRequest,
  ListServiceQuotasResponse,
  ServiceQuota,
} from '@aws-sdk/client-service-quotas'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import {page} from './records/page.ts'
import {quotaOf, quotas} from './records/quotas.ts'
import type {Quota} from './records/quotas.ts'

export function createServiceQuotas(_world: World): Service {
  const find = ({ServiceCode, QuotaCode}: GetServiceQuotaRequest, call: CallContext): ServiceQuota => {
    const found = quotaOf(ServiceCode ?? '', QuotaCode ?? '')
    if (found === undefined) {
      throw new AwsFault('NoSuchResourceException', 'The request failed because the specified service does not exist.')
    }
    return shape(found, call)
  }
  return {
    name: 'servicequotas',
    operations: {
      GetServiceQuota: (input: GetServiceQuotaRequest, call: CallContext): GetServiceQuotaResponse => ({
        Quota: find(input, call),
      }),
      GetAWSDefaultServiceQuota: (
        input: GetAWSDefaultServiceQuotaRequest,
        call: CallContext,
      ): GetAWSDefaultServiceQuotaResponse => ({Quota: find(input, call)}),
      ListServiceQuotas: (input: ListServiceQuotasRequest, call: CallContext): ListServiceQuotasResponse => {
        const {items, next} = page(
          quotas.filter(({service}) => service === input.ServiceCode),
          input.NextToken,
          input.MaxResults ?? 100,
        )
        return {Quotas: items.map((one) => shape(one, call)), NextToken: next}
      },
    },
  }
}

function shape({service, serviceName, code, name, value, adjustable, usage}: Quota, call: CallContext): ServiceQuota {
  return {
    ServiceCode: service,
    ServiceName: serviceName,
    QuotaCode: code,
    QuotaName: name,
    QuotaArn: `arn:aws:servicequotas:${call.region}:${call.account}:${service}/${code}`,
    Value: value,
    Unit: 'None',
    Adjustable: adjustable,
    GlobalQuota: false,
    QuotaAppliedAtLevel: 'ACCOUNT',
    ...(usage !== undefined && {
      UsageMetric: {
        MetricNamespace: usage.namespace,
        MetricName: 'ResourceCount',
        MetricStatisticRecommendation: 'Maximum',
        MetricDimensions: {
          Service: usage.resource.split(':')[0] ?? '',
          Type: usage.type,
          Resource: usage.resource.split(':')[1] ?? '',
          Class: usage.class,
        },
      },
    }),
  }
}
